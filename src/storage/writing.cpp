#include "storage/extent.hpp"
#include "storage/file_state.hpp"

#include <algorithm>

namespace ampcf::storage {

namespace {

// Chunks of a compressed dataset: about 1 MiB, so that reading one user's rows stays cheap.
std::vector<hsize_t> chunk_of(const Shape& shape, std::size_t number_bytes) {
  std::vector<hsize_t> chunk(shape.begin(), shape.end());
  const auto bytes = std::max<std::uint64_t>(1, row_size(shape) * number_bytes);
  chunk[0] = std::clamp<std::uint64_t>((1U << 20U) / bytes, 1, std::max<std::uint64_t>(1, shape[0]));
  for (auto& extent : chunk) {
    extent = std::max<hsize_t>(1, extent);
  }
  return chunk;
}

// Objects carry no times, so that a file is a function of its content alone: equal runs give equal bytes.
Handle creation_properties(hid_t object_class) {
  Handle properties(H5Pcreate(object_class), H5Pclose);
  H5Pset_obj_track_times(properties.id(), 0);
  return properties;
}

// Makes the groups above a dataset where they do not exist yet.
void create_groups_above(const Handle& file, const std::string& dataset) {
  const auto properties = creation_properties(H5P_GROUP_CREATE);
  for (auto slash = dataset.find('/', 1); slash != std::string::npos; slash = dataset.find('/', slash + 1)) {
    const auto group = dataset.substr(0, slash);
    if (H5Lexists(file.id(), group.c_str(), H5P_DEFAULT) == 0) {
      const Handle handle(H5Gcreate2(file.id(), group.c_str(), H5P_DEFAULT, properties.id(), H5P_DEFAULT), H5Gclose);
    }
  }
}

}  // namespace

template <typename T>
void File::create_dataset(const std::string& dataset, const Shape& shape, int deflate) {
  const std::vector<hsize_t> extents(shape.begin(), shape.end());
  const Handle space(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr), H5Sclose);
  const auto properties = creation_properties(H5P_DATASET_CREATE);
  H5Pset_fill_time(properties.id(), H5D_FILL_TIME_NEVER);
  if (deflate > 0 && shape[0] * row_size(shape) > 0) {
    const auto chunk = chunk_of(shape, sizeof(T));
    H5Pset_chunk(properties.id(), static_cast<int>(chunk.size()), chunk.data());
    H5Pset_shuffle(properties.id());
    H5Pset_deflate(properties.id(), static_cast<unsigned>(deflate));
  } else {
    H5Pset_alloc_time(properties.id(), H5D_ALLOC_TIME_EARLY);  // who opens the file shared finds every row's place
  }
  create_groups_above(state_->file, dataset);
  const Handle handle(H5Dcreate2(state_->file.id(), dataset.c_str(), stored_type<T>(), space.id(), H5P_DEFAULT,
                                 properties.id(), H5P_DEFAULT),
                      H5Dclose);
  if (!handle.is_valid()) {
    state_->fail_writing(dataset);
  }
  const auto place = H5Dget_offset(handle.id());
  const auto bytes = H5Dget_storage_size(handle.id());
  if (place != HADDR_UNDEF && bytes > 0) {  // of an empty dataset HDF5 names a place that is none
    state_->rows.push_back({place, place + bytes});
  }
}

template <typename T>
void File::write_rows(const std::string& dataset, std::uint64_t first, std::span<const T> values) {
  const Handle handle(H5Dopen2(state_->file.id(), dataset.c_str(), H5P_DEFAULT), H5Dclose);
  const Handle whole(H5Dget_space(handle.id()), H5Sclose);
  const auto extents = shape_of(whole);
  const auto row = row_size(extents);
  const auto rows = row == 0 ? 0 : values.size() / row;
  const auto into = select_rows(handle, extents, first, rows);
  const auto from = flat_space(rows * row);
  if (H5Dwrite(handle.id(), memory_type<T>(), from.id(), into.id(), H5P_DEFAULT, values.data()) < 0) {
    state_->fail_writing(dataset);
  }
}

template <typename T>
void File::write(const std::string& dataset, const Shape& shape, std::span<const T> values, int deflate) {
  create_dataset<T>(dataset, shape, deflate);
  write_rows(dataset, 0, values);
}

void File::write_strings(const std::string& dataset, const std::vector<std::string>& values) {
  std::size_t length = 1;
  for (const auto& value : values) {
    length = std::max(length, value.size());
  }
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.id(), length);
  H5Tset_strpad(type.id(), H5T_STR_NULLPAD);
  H5Tset_cset(type.id(), H5T_CSET_UTF8);
  std::vector<char> raw(length * values.size(), '\0');
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::copy(values[i].begin(), values[i].end(), raw.begin() + static_cast<std::ptrdiff_t>(i * length));
  }
  const hsize_t extent = values.size();
  const Handle space(H5Screate_simple(1, &extent, nullptr), H5Sclose);
  const auto properties = creation_properties(H5P_DATASET_CREATE);
  create_groups_above(state_->file, dataset);
  const Handle handle(
      H5Dcreate2(state_->file.id(), dataset.c_str(), type.id(), space.id(), H5P_DEFAULT, properties.id(), H5P_DEFAULT),
      H5Dclose);
  if (!handle.is_valid() ||
      (extent > 0 && H5Dwrite(handle.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, raw.data()) < 0)) {
    state_->fail_writing(dataset);
  }
}

template <typename T>
void File::set_attribute(const std::string& name, T value) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle attribute(
      H5Acreate2(state_->file.id(), name.c_str(), stored_type<T>(), space.id(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  if (!attribute.is_valid() || H5Awrite(attribute.id(), memory_type<T>(), &value) < 0) {
    state_->fail_writing("attribute " + name);
  }
}

void File::set_text_attribute(const std::string& name, const std::string& text) {
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.id(), std::max<std::size_t>(1, text.size()));
  H5Tset_strpad(type.id(), H5T_STR_NULLPAD);
  H5Tset_cset(type.id(), H5T_CSET_UTF8);
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle attribute(H5Acreate2(state_->file.id(), name.c_str(), type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT),
                         H5Aclose);
  if (!attribute.is_valid() || H5Awrite(attribute.id(), type.id(), text.empty() ? "\0" : text.data()) < 0) {
    state_->fail_writing("attribute " + name);
  }
}

#define AMPCF_INSTANTIATE(T)                                                                \
  template void File::create_dataset<T>(const std::string&, const Shape&, int);             \
  template void File::write_rows<T>(const std::string&, std::uint64_t, std::span<const T>); \
  template void File::write<T>(const std::string&, const Shape&, std::span<const T>, int);  \
  template void File::set_attribute<T>(const std::string&, T);
AMPCF_INSTANTIATE(std::int32_t)
AMPCF_INSTANTIATE(std::uint32_t)
AMPCF_INSTANTIATE(std::int64_t)
AMPCF_INSTANTIATE(std::uint64_t)
AMPCF_INSTANTIATE(float)
AMPCF_INSTANTIATE(double)
#undef AMPCF_INSTANTIATE

}  // namespace ampcf::storage
