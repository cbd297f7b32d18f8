#include "storage/extent.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace ampcf::storage {

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

std::optional<std::uint64_t> number_count(const Shape& shape) {
  std::uint64_t count = 1;
  bool is_too_large = false;
  for (const auto extent : shape) {
    is_too_large = __builtin_mul_overflow(count, extent, &count) || is_too_large;
  }
  return is_too_large ? std::nullopt : std::optional(count);
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

bool is_elsewhere(const Handle& dataset) {
  const Handle properties(H5Dget_create_plist(dataset.id()), H5Pclose);
  return H5Pget_layout(properties.id()) == H5D_VIRTUAL || H5Pget_external_count(properties.id()) != 0;
}

bool has_plain_filters(const Handle& dataset) {
  const Handle properties(H5Dget_create_plist(dataset.id()), H5Pclose);
  const int count = H5Pget_nfilters(properties.id());
  for (int i = 0; i < count; ++i) {
    unsigned flags = 0;
    std::size_t parameters = 0;
    const auto filter =
        H5Pget_filter2(properties.id(), static_cast<unsigned>(i), &flags, &parameters, nullptr, 0, nullptr, nullptr);
    if (filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_DEFLATE) {
      return false;
    }
  }
  return count >= 0;
}

bool is_backed(const Handle& dataset) {
  constexpr std::uint64_t kMostDeflateGain = 1032;  // https://zlib.net/zlib_tech.html
  const Handle space(H5Dget_space(dataset.id()), H5Sclose);
  const Handle type(H5Dget_type(dataset.id()), H5Tclose);
  const Handle properties(H5Dget_create_plist(dataset.id()), H5Pclose);
  const auto shape = shape_of(space);
  const auto size = H5Tget_size(type.id());
  const auto count = number_count(shape);
  if (!count || size == 0) {
    return false;
  }
  const auto stored = H5Dget_storage_size(dataset.id());
  const auto gain = H5Pget_nfilters(properties.id()) == 0 ? 1 : kMostDeflateGain;
  // Extents beside one that is 0 claim memory too: a table of no users may have rows of any length.
  return *count <= stored / size * gain + (gain - 1) &&
         (*count > 0 || std::all_of(shape.begin(), shape.end(), [](auto extent) { return extent <= UINT32_MAX; }));
}

}  // namespace ampcf::storage
