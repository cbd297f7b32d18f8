#include "storage/extent.hpp"
#include "storage/file_state.hpp"

#include <fmt/ranges.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace ampcf::storage {

namespace {

// Whether an attribute is one value of this class, and not an array: reading fills memory for one.
bool is_one_value(const Handle& attribute, H5T_class_t expected) {
  const Handle space(H5Aget_space(attribute.id()), H5Sclose);
  const Handle type(H5Aget_type(attribute.id()), H5Tclose);
  return H5Sget_simple_extent_npoints(space.id()) == 1 && H5Tget_class(type.id()) == expected;
}

template <typename T>
bool read_into(std::span<T> out, const Handle& dataset, const Shape& shape, std::uint64_t first, std::uint64_t rows) {
  const auto from = select_rows(dataset, shape, first, rows);
  const auto into = flat_space(out.size());
  return H5Dread(dataset.id(), memory_type<T>(), into.id(), from.id(), H5P_DEFAULT, out.data()) >= 0;
}

// A block is copied by the kernel and looked at while it is in a core's second-level cache.
constexpr std::uint64_t kBytesAtOnce = std::uint64_t{1} << 19U;

// Of small pages, a large vector's first touch would take longer than the reading.
template <typename T>
void reserve_large(std::vector<T>& values, std::uint64_t count) {
  constexpr std::uint64_t kHugePage = std::uint64_t{2} << 20U;
  values.reserve(count);
  const auto bytes = count * sizeof(T);
  void* start = values.data();
  std::size_t room = bytes;
  if (bytes >= 4 * kHugePage && std::align(kHugePage, kHugePage, start, room) != nullptr) {
    ::madvise(start, room / kHugePage * kHugePage, MADV_HUGEPAGE);  // a wish: systems without them refuse it
  }
}

// A chunk is read whole, so that blocks of chunks would read them again and again.
bool is_chunked(const Handle& dataset) {
  const Handle properties(H5Dget_create_plist(dataset.id()), H5Pclose);
  return H5Pget_layout(properties.id()) == H5D_CHUNKED;
}

}  // namespace

Handle File::State::open_dataset(const std::string& name) const {
  Handle dataset(H5Dopen2(file.id(), name.c_str(), H5P_DEFAULT), H5Dclose);
  if (!dataset.is_valid()) {
    throw DataError("{}: no dataset {} (expected one; {})", path.string(), name, last_error());
  }
  if (is_elsewhere(dataset)) {
    throw DataError("{}: {} keeps its numbers in other files, expected them in this one", path.string(), name);
  }
  if (!has_plain_filters(dataset)) {
    throw DataError("{}: {} has another filter than shuffle and deflate", path.string(), name);
  }
  if (!is_backed(dataset)) {
    const Handle space(H5Dget_space(dataset.id()), H5Sclose);
    throw DataError("{}: {} claims the shape ({}), but {} bytes are stored", path.string(), name,
                    fmt::join(shape_of(space), ", "), H5Dget_storage_size(dataset.id()));
  }
  return dataset;
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
  return read_rows<T>(dataset, 0, extents[0], [](std::span<const T>) {});
}

template <typename T>
std::vector<T> File::read_rows(const std::string& dataset, std::uint64_t first, std::uint64_t rows,
                               const std::function<void(std::span<const T>)>& look) const {
  const auto handle = state_->open_dataset(dataset);
  state_->expect_type<T>(handle, dataset);
  const Handle whole(H5Dget_space(handle.id()), H5Sclose);
  const auto extents = shape_of(whole);
  if (extents.empty() || rows > extents[0] || first > extents[0] - rows) {
    throw DataError("{}: {} has shape ({}), expected rows {} to {}", path().string(), dataset, fmt::join(extents, ", "),
                    first, first + rows);
  }
  const auto row = row_size(extents);
  const auto at_once = is_chunked(handle)
                           ? rows
                           : std::max<std::uint64_t>(1, kBytesAtOnce / std::max<std::uint64_t>(1, row * sizeof(T)));
  std::vector<T> values;
  reserve_large(values, rows * row);
  for (std::uint64_t begin = 0; begin < rows && row > 0; begin += at_once) {
    const auto count = std::min(at_once, rows - begin);
    values.resize((begin + count) * row);
    const auto block = std::span(values).last(count * row);
    if (!read_into(block, handle, extents, first + begin, count)) {
      state_->fail_reading(dataset);
    }
    look(block);
  }
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
  if (row == 0 || rows * row != out.size() || rows > extents[0] || first > extents[0] - rows) {
    throw DataError("{}: {} has shape ({}), expected rows {} to {}", path().string(), dataset, fmt::join(extents, ", "),
                    first, first + rows);
  }
  if (!read_into(out, handle, extents, first, rows)) {
    state_->fail_reading(dataset);
  }
}

std::vector<std::string> File::read_strings(const std::string& dataset) const {
  const auto handle = state_->open_dataset(dataset);
  const Handle type(H5Dget_type(handle.id()), H5Tclose);
  if (H5Tget_class(type.id()) != H5T_STRING) {
    throw DataError("{}: {} holds {}, expected string", path().string(), dataset, type_name(type.id()));
  }
  const Handle space(H5Dget_space(handle.id()), H5Sclose);
  const auto extents = shape_of(space);
  if (extents.size() != 1) {
    throw DataError("{}: {} has shape ({}), expected a list of strings", path().string(), dataset,
                    fmt::join(extents, ", "));
  }
  const auto count = extents[0];
  std::vector<std::string> strings(count);
  if (count == 0) {
    return strings;
  }
  const auto read_into = [&](void* values) {
    if (H5Dread(handle.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0) {
      state_->fail_reading(dataset);
    }
  };
  if (H5Tis_variable_str(type.id()) > 0) {
    std::vector<char*> raw(count, nullptr);
    read_into(raw.data());
    std::transform(raw.begin(), raw.end(), strings.begin(), [](const char* s) { return s == nullptr ? "" : s; });
    H5Dvlen_reclaim(type.id(), space.id(), H5P_DEFAULT, raw.data());
    return strings;
  }
  const auto length = H5Tget_size(type.id());
  std::vector<char> raw(length * count);
  read_into(raw.data());
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
  if (!attribute.is_valid() || !is_one_value(attribute, H5Tget_class(stored_type<T>())) ||
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
  if (!attribute.is_valid() || !is_one_value(attribute, H5T_STRING)) {
    fail();
  }
  const Handle type(H5Aget_type(attribute.id()), H5Tclose);
  if (H5Tis_variable_str(type.id()) > 0) {
    char* raw = nullptr;
    if (H5Aread(attribute.id(), type.id(), &raw) < 0) {
      fail();
    }
    std::string text = raw == nullptr ? "" : raw;
    H5free_memory(raw);
    return text;
  }
  const auto size = H5Tget_size(type.id());
  if (size > state_->bytes) {
    throw DataError("{}: attribute '{}' claims {} bytes, but the file has {}", path().string(), name, size,
                    state_->bytes);
  }
  std::string text(size, '\0');
  if (H5Aread(attribute.id(), type.id(), text.data()) < 0) {
    fail();
  }
  text.resize(strnlen(text.data(), text.size()));
  return text;
}

#define AMPCF_INSTANTIATE(T)                                                                        \
  template std::vector<T> File::read<T>(const std::string&) const;                                  \
  template void File::read_rows<T>(const std::string&, std::uint64_t, std::span<T>) const;          \
  template std::vector<T> File::read_rows<T>(const std::string&, std::uint64_t, std::uint64_t,      \
                                             const std::function<void(std::span<const T>)>&) const; \
  template T File::attribute<T>(const std::string&) const;
AMPCF_INSTANTIATE(std::int32_t)
AMPCF_INSTANTIATE(std::uint32_t)
AMPCF_INSTANTIATE(std::int64_t)
AMPCF_INSTANTIATE(std::uint64_t)
AMPCF_INSTANTIATE(float)
AMPCF_INSTANTIATE(double)
#undef AMPCF_INSTANTIATE

}  // namespace ampcf::storage
