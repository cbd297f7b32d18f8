#include "ampcf/storage/file.hpp"

#include "ampcf/core/error.hpp"
#include "communication/native.hpp"
#include "storage/handle.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <numeric>

namespace ampcf::storage {

struct File::State {
  std::filesystem::path path;
  Handle file;

  /// Opens a dataset for reading, or says what is missing.
  [[nodiscard]] Handle open_dataset(const std::string& name) const {
    Handle dataset(H5Dopen2(file.id(), name.c_str(), H5P_DEFAULT), H5Dclose);
    if (!dataset.is_valid()) {
      throw DataError("{}: no dataset {} (expected one; {})", path.string(), name, last_error());
    }
    return dataset;
  }

  template <typename T>
  void expect_type(const Handle& dataset, const std::string& name) const {
    const Handle type(H5Dget_type(dataset.id()), H5Tclose);
    if (H5Tequal(type.id(), stored_type<T>()) <= 0) {
      throw DataError("{}: {} holds {}, expected {}", path.string(), name, type_name(type.id()),
                      type_name(stored_type<T>()));
    }
  }

  // MPI-IO does not tell why it wrote less than asked: the room that is left may.
  [[noreturn]] void fail_writing(const std::string& what) const {
    std::error_code unknown;
    const auto room = std::filesystem::space(path, unknown);
    throw RuntimeError("{}: cannot write {}: {}{}", path.string(), what, last_error(),
                       unknown ? "" : fmt::format(" ({:.3f} GB free)", static_cast<double>(room.available) * 1e-9));
  }
};

namespace {

// HDF5's clean-up at its end crashes over a file whose last bytes found no room on the disk; every file is closed by
// its owner, so nothing is left to clean up. At exit() it can be asked not to. In MPI_Finalize it cleans up where it
// was started between MPI_Init and there, so it is started before main. It prints its error stack by itself unless told
// not to; the messages here carry what matters of it.
const bool is_settled = [] {
  H5dont_atexit();
  return H5open() >= 0 && H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr) >= 0;
}();

Shape shape_of(const Handle& space) {
  const int rank = H5Sget_simple_extent_ndims(space.id());
  Shape shape(static_cast<std::size_t>(std::max(rank, 0)));
  std::vector<hsize_t> extents(shape.size());
  if (rank > 0) {
    H5Sget_simple_extent_dims(space.id(), extents.data(), nullptr);
  }
  std::copy(extents.begin(), extents.end(), shape.begin());
  return shape;
}

std::uint64_t row_size(const Shape& shape) {
  return std::accumulate(shape.begin() + 1, shape.end(), std::uint64_t{1}, std::multiplies<>());
}

Handle select_rows(const Handle& dataset, const Shape& shape, std::uint64_t first, std::uint64_t count) {
  Handle space(H5Dget_space(dataset.id()), H5Sclose);
  std::vector<hsize_t> start(shape.size(), 0);
  std::vector<hsize_t> extent(shape.begin(), shape.end());
  start[0] = first;
  extent[0] = count;
  if (count == 0 || row_size(shape) == 0) {
    H5Sselect_none(space.id());
  } else {
    H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr);
  }
  return space;
}

Handle flat_space(std::uint64_t numbers) {
  const hsize_t extent = numbers;
  Handle space(H5Screate_simple(1, &extent, nullptr), H5Sclose);
  if (numbers == 0) {
    H5Sselect_none(space.id());
  }
  return space;
}

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

File::File(std::unique_ptr<State> state) : state_(std::move(state)) {}
File::File(File&&) noexcept = default;
File& File::operator=(File&&) noexcept = default;
File::~File() = default;

const std::filesystem::path& File::path() const { return state_->path; }

File File::open(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) {
    throw DataError("{}: no such file", path.string());
  }
  auto state = std::make_unique<State>();
  state->path = path;
  state->file = Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!state->file.is_valid()) {
    throw DataError("{}: not a readable HDF5 file ({})", path.string(), last_error());
  }
  return File(std::move(state));
}

File File::create(const std::filesystem::path& path) {
  auto state = std::make_unique<State>();
  state->path = path;
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_libver_bounds(access.id(), H5F_LIBVER_V18, H5F_LIBVER_LATEST);
  const auto properties = creation_properties(H5P_FILE_CREATE);
  state->file = Handle(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, properties.id(), access.id()), H5Fclose);
  if (!state->file.is_valid()) {
    throw RuntimeError("{}: cannot create the file: {}", path.string(), last_error());
  }
  return File(std::move(state));
}

File File::open_shared(const std::filesystem::path& path, const communication::Communicator& communicator) {
  auto state = std::make_unique<State>();
  state->path = path;
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  if (communicator.size() > 1) {
    H5Pset_fapl_mpio(access.id(), communicator.native()->handle, MPI_INFO_NULL);
  }
  state->file = Handle(H5Fopen(path.c_str(), H5F_ACC_RDWR, access.id()), H5Fclose);
  if (!state->file.is_valid()) {
    throw RuntimeError("{}: cannot open the file to write: {}", path.string(), last_error());
  }
  return File(std::move(state));
}

bool File::contains(const std::string& object) const {
  for (auto slash = object.find('/', 1);; slash = object.find('/', slash + 1)) {
    const auto part = object.substr(0, slash);
    if (H5Lexists(state_->file.id(), part.c_str(), H5P_DEFAULT) <= 0) {
      return false;
    }
    if (slash == std::string::npos) {
      return true;
    }
  }
}

Shape File::shape(const std::string& dataset) const {
  const auto handle = state_->open_dataset(dataset);
  const Handle space(H5Dget_space(handle.id()), H5Sclose);
  return shape_of(space);
}

void File::expect_shape(const std::string& dataset, const Shape& expected) const {
  const auto found = shape(dataset);
  if (found != expected) {
    throw DataError("{}: {} has shape ({}), expected ({})", path().string(), dataset, fmt::join(found, ", "),
                    fmt::join(expected, ", "));
  }
}

template <typename T>
std::vector<T> File::read(const std::string& dataset) const {
  const auto extents = shape(dataset);
  if (extents.empty()) {
    throw DataError("{}: {} is a single value, expected an array", path().string(), dataset);
  }
  const auto handle = state_->open_dataset(dataset);
  state_->expect_type<T>(handle, dataset);
  const auto numbers = extents[0] * row_size(extents);
  // A damaged header may claim any size: a dataset cannot hold more than its bytes, times what deflate gains at most.
  constexpr std::uint64_t kMostDeflateGain = 1032;  // https://zlib.net/zlib_tech.html
  const Handle properties(H5Dget_create_plist(handle.id()), H5Pclose);
  const auto stored = H5Dget_storage_size(handle.id());
  const auto gain = H5Pget_nfilters(properties.id()) == 0 ? 1 : kMostDeflateGain;
  if (numbers > stored / sizeof(T) * gain + (gain - 1)) {
    throw DataError("{}: {} claims {} numbers, but {} bytes are stored", path().string(), dataset, numbers, stored);
  }
  std::vector<T> values(numbers);
  read_rows(dataset, 0, std::span<T>(values));
  return values;
}

template <typename T>
void File::read_rows(const std::string& dataset, std::uint64_t first, std::span<T> out) const {
  const auto handle = state_->open_dataset(dataset);
  state_->expect_type<T>(handle, dataset);
  const Handle whole(H5Dget_space(handle.id()), H5Sclose);
  const auto extents = shape_of(whole);
  if (out.empty()) {
    return;
  }
  const auto row = extents.empty() ? 0 : row_size(extents);
  const auto rows = row == 0 ? 0 : out.size() / row;
  if (row == 0 || rows * row != out.size() || first + rows > extents[0]) {
    throw DataError("{}: {} has shape ({}), expected rows {} to {}", path().string(), dataset, fmt::join(extents, ", "),
                    first, first + rows);
  }
  const auto from = select_rows(handle, extents, first, rows);
  const auto into = flat_space(out.size());
  if (H5Dread(handle.id(), memory_type<T>(), into.id(), from.id(), H5P_DEFAULT, out.data()) < 0) {
    throw DataError("{}: cannot read {}: {}", path().string(), dataset, last_error());
  }
}

std::vector<std::string> File::read_strings(const std::string& dataset) const {
  const auto handle = state_->open_dataset(dataset);
  const Handle type(H5Dget_type(handle.id()), H5Tclose);
  if (H5Tget_class(type.id()) != H5T_STRING) {
    throw DataError("{}: {} holds {}, expected string", path().string(), dataset, type_name(type.id()));
  }
  const auto extents = shape(dataset);
  const Handle space(H5Dget_space(handle.id()), H5Sclose);
  const auto count = extents.empty() ? 1 : extents[0] * row_size(extents);
  std::vector<std::string> strings(count);
  const auto fail = [&] { throw DataError("{}: cannot read {}: {}", path().string(), dataset, last_error()); };
  if (H5Tis_variable_str(type.id()) > 0) {
    std::vector<char*> raw(count, nullptr);
    if (H5Dread(handle.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, raw.data()) < 0) {
      fail();
    }
    std::transform(raw.begin(), raw.end(), strings.begin(), [](const char* s) { return s == nullptr ? "" : s; });
    H5Dvlen_reclaim(type.id(), space.id(), H5P_DEFAULT, raw.data());
    return strings;
  }
  const auto length = H5Tget_size(type.id());
  if (length * count > H5Dget_storage_size(handle.id())) {
    throw DataError("{}: {} claims {} strings of {} bytes, but {} bytes are stored", path().string(), dataset, count,
                    length, H5Dget_storage_size(handle.id()));
  }
  std::vector<char> raw(length * count);
  if (count > 0 && H5Dread(handle.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, raw.data()) < 0) {
    fail();
  }
  for (std::size_t i = 0; i < count; ++i) {
    const char* const start = raw.data() + i * length;
    strings[i].assign(start, strnlen(start, length));
  }
  return strings;
}

bool File::has_attribute(const std::string& name) const { return H5Aexists(state_->file.id(), name.c_str()) > 0; }

template <typename T>
T File::attribute(const std::string& name) const {
  const Handle attribute(H5Aopen(state_->file.id(), name.c_str(), H5P_DEFAULT), H5Aclose);
  T value{};
  const Handle space(attribute.is_valid() ? H5Aget_space(attribute.id()) : -1, H5Sclose);
  if (!attribute.is_valid() || H5Sget_simple_extent_npoints(space.id()) != 1 ||
      H5Aread(attribute.id(), memory_type<T>(), &value) < 0) {
    throw DataError("{}: no attribute '{}' (expected one of type {})", path().string(), name,
                    type_name(stored_type<T>()));
  }
  return value;
}

std::string File::text_attribute(const std::string& name) const {
  const auto fail = [&] {
    throw DataError("{}: no attribute '{}' (expected one of type string)", path().string(), name);
  };
  const Handle attribute(H5Aopen(state_->file.id(), name.c_str(), H5P_DEFAULT), H5Aclose);
  const Handle type(attribute.is_valid() ? H5Aget_type(attribute.id()) : -1, H5Tclose);
  if (!attribute.is_valid() || H5Tget_class(type.id()) != H5T_STRING) {
    fail();
  }
  if (H5Tis_variable_str(type.id()) > 0) {
    char* raw = nullptr;
    if (H5Aread(attribute.id(), type.id(), &raw) < 0) {
      fail();
    }
    std::string text = raw == nullptr ? "" : raw;
    H5free_memory(raw);
    return text;
  }
  std::string text(H5Tget_size(type.id()), '\0');
  if (H5Aread(attribute.id(), type.id(), text.data()) < 0) {
    fail();
  }
  text.resize(strnlen(text.data(), text.size()));
  return text;
}

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
}

template <typename T>
void File::write_rows(const std::string& dataset, std::uint64_t first, std::span<const T> values) {
  const Handle handle(H5Dopen2(state_->file.id(), dataset.c_str(), H5P_DEFAULT), H5Dclose);
  const auto extents = shape(dataset);
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

void File::close() {
  if (state_->file.reset() < 0) {
    state_->fail_writing("its last part");
  }
}

#define AMPCF_INSTANTIATE(T)                                                                \
  template std::vector<T> File::read<T>(const std::string&) const;                          \
  template void File::read_rows<T>(const std::string&, std::uint64_t, std::span<T>) const;  \
  template T File::attribute<T>(const std::string&) const;                                  \
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
