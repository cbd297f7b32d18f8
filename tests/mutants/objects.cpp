#include "objects.hpp"

#include <algorithm>

namespace ampcf::mutants {

namespace {

herr_t add_dataset(hid_t /*root*/, const char* name, const H5O_info_t* info, void* names) {
  if (info->type == H5O_TYPE_DATASET) {
    static_cast<std::vector<std::string>*>(names)->push_back(std::string("/") + name);
  }
  return 0;
}

herr_t add_name(hid_t /*root*/, const char* name, const H5A_info_t* /*info*/, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

}  // namespace

std::vector<std::string> datasets_of(const Handle& file) {
  std::vector<std::string> names;
  H5Ovisit2(file.id(), H5_INDEX_NAME, H5_ITER_INC, add_dataset, &names, H5O_INFO_BASIC);
  return names;
}

std::vector<std::string> attributes_of(const Handle& file) {
  std::vector<std::string> names;
  H5Aiterate2(file.id(), H5_INDEX_NAME, H5_ITER_INC, nullptr, add_name, &names);
  return names;
}

Extents extents_of(const Handle& dataset) {
  const Handle space(H5Dget_space(dataset.id()), H5Sclose);
  Extents extents(static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space.id()))));
  if (!extents.empty()) {
    H5Sget_simple_extent_dims(space.id(), extents.data(), nullptr);
  }
  return extents;
}

Handle open(const Handle& file, const std::string& name) {
  return {H5Dopen2(file.id(), name.c_str(), H5P_DEFAULT), H5Dclose};
}

Handle type_of(const Handle& dataset) { return {H5Dget_type(dataset.id()), H5Tclose}; }

Handle replace(const Handle& file, const std::string& name, hid_t type, const Extents& extents, hid_t properties) {
  H5Ldelete(file.id(), name.c_str(), H5P_DEFAULT);
  const Handle space(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr), H5Sclose);
  return {H5Dcreate2(file.id(), name.c_str(), type, space.id(), H5P_DEFAULT, properties, H5P_DEFAULT), H5Dclose};
}

}  // namespace ampcf::mutants
