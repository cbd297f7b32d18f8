#include "mutation.hpp"
#include "storage/handle.hpp"

namespace ampcf::mutants {

namespace {

using storage::Handle;

herr_t copy_attribute(hid_t from, const char* name, const H5A_info_t* /*info*/, void* into) {
  const Handle old(H5Aopen(from, name, H5P_DEFAULT), H5Aclose);
  const Handle type(H5Aget_type(old.id()), H5Tclose);
  const Handle space(H5Aget_space(old.id()), H5Sclose);
  std::vector<char> value(H5Tget_size(type.id()));
  H5Aread(old.id(), type.id(), value.data());
  const auto root = *static_cast<const hid_t*>(into);
  const Handle fresh(H5Acreate2(root, name, type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  H5Awrite(fresh.id(), type.id(), value.data());
  return 0;
}

herr_t copy_object(hid_t from, const char* name, const H5L_info_t* /*info*/, void* into) {
  return H5Ocopy(from, name, *static_cast<const hid_t*>(into), name, H5P_DEFAULT, H5P_DEFAULT);
}

}  // namespace

void copy_in_old_form(const std::filesystem::path& from, const std::filesystem::path& into) {
  const Handle old(H5Fopen(from.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  const Handle fresh(H5Fcreate(into.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
  auto root = fresh.id();
  H5Literate(old.id(), H5_INDEX_NAME, H5_ITER_INC, nullptr, copy_object, &root);
  H5Aiterate2(old.id(), H5_INDEX_NAME, H5_ITER_INC, nullptr, copy_attribute, &root);
}

}  // namespace ampcf::mutants
