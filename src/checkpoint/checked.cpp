#include "checkpoint/checked.hpp"

#include "ampcf/core/error.hpp"

#include <xxhash.h>

#include <cmath>
#include <numeric>
#include <type_traits>

namespace ampcf::checkpoint {

using storage::File;
using storage::Shape;

namespace {

std::uint64_t row_size(const Shape& shape) {
  return std::accumulate(shape.begin() + 1, shape.end(), std::uint64_t{1}, std::multiplies<>());
}

template <typename T>
std::vector<std::uint64_t> checksums(std::span<const T> rows, std::uint64_t row_size) {
  std::vector<std::uint64_t> sums(row_size == 0 ? 0 : rows.size() / row_size);
  for (std::uint64_t row = 0; row < sums.size(); ++row) {
    sums[row] = XXH3_64bits(rows.data() + row * row_size, row_size * sizeof(T));
  }
  return sums;
}

std::vector<std::uint64_t> checksums(const std::vector<std::string>& values) {
  std::vector<std::uint64_t> sums;
  for (const auto& value : values) {
    sums.push_back(XXH3_64bits(value.data(), value.size()));
  }
  return sums;
}

// The place of the first number that is not finite, rows.size() where all are.
template <typename T>
std::size_t first_not_finite(std::span<const T> rows) {
  std::size_t i = 0;
  if constexpr (std::is_floating_point_v<T>) {
    while (i < rows.size() && std::isfinite(rows[i])) {
      ++i;
    }
    return i;
  }
  return rows.size();
}

void verify(const File& file, const std::string& dataset, std::uint64_t first,
            const std::vector<std::uint64_t>& found) {
  std::vector<std::uint64_t> expected(found.size());
  file.read_rows(checksums_of(dataset), first, std::span<std::uint64_t>(expected));
  for (std::size_t row = 0; row < found.size(); ++row) {
    if (found[row] != expected[row]) {
      throw DataError("{}: row {} of {} has checksum {:016x}, expected {:016x}", file.path().string(), first + row,
                      dataset, found[row], expected[row]);
    }
  }
}

}  // namespace

std::string checksums_of(const std::string& dataset) { return "/checksums" + dataset; }

template <typename T>
void create_checked(File& file, const std::string& dataset, const Shape& shape) {
  file.create_dataset<T>(dataset, shape);
  file.create_dataset<std::uint64_t>(checksums_of(dataset), {shape[0]});
}

template <typename T>
void write_checked_rows(File& file, const std::string& dataset, std::uint64_t first, std::span<const T> rows) {
  const auto size = row_size(file.shape(dataset));
  if (const auto bad = first_not_finite(rows); bad < rows.size()) {
    throw RuntimeError("{} has {} in row {}: the run diverged; lower --learning-rate or --initial-scale", dataset,
                       rows[bad], first + bad / size);
  }
  const auto sums = checksums(rows, size);
  file.write_rows(dataset, first, rows);
  file.write_rows(checksums_of(dataset), first, std::span<const std::uint64_t>(sums));
}

template <typename T>
void write_checked(File& file, const std::string& dataset, const Shape& shape, std::span<const T> values) {
  create_checked<T>(file, dataset, shape);
  write_checked_rows(file, dataset, 0, values);
}

void write_checked_strings(File& file, const std::string& dataset, const std::vector<std::string>& values) {
  const auto sums = checksums(values);
  file.write_strings(dataset, values);
  file.write<std::uint64_t>(checksums_of(dataset), {sums.size()}, sums);
}

template <typename T>
void read_checked_rows(const File& file, const std::string& dataset, std::uint64_t first, std::span<T> out) {
  file.read_rows(dataset, first, out);
  const auto shape = file.shape(dataset);
  const auto size = shape.empty() ? 0 : row_size(shape);
  verify(file, dataset, first, checksums(std::span<const T>(out), size));
  if (const auto bad = first_not_finite(std::span<const T>(out)); bad < out.size()) {
    throw DataError("{}: {} has {} in row {}", file.path().string(), dataset, out[bad], first + bad / size);
  }
}

template <typename T>
std::vector<T> read_checked(const File& file, const std::string& dataset, const Shape& shape) {
  file.expect_shape(dataset, shape);
  std::vector<T> values(shape[0] * row_size(shape));
  read_checked_rows(file, dataset, 0, std::span<T>(values));
  return values;
}

std::vector<std::string> read_checked_strings(const File& file, const std::string& dataset) {
  auto values = file.read_strings(dataset);
  verify(file, dataset, 0, checksums(values));
  return values;
}

#define AMPCF_INSTANTIATE(T)                                                                         \
  template void create_checked<T>(File&, const std::string&, const Shape&);                          \
  template void write_checked_rows<T>(File&, const std::string&, std::uint64_t, std::span<const T>); \
  template void write_checked<T>(File&, const std::string&, const Shape&, std::span<const T>);       \
  template void read_checked_rows<T>(const File&, const std::string&, std::uint64_t, std::span<T>);  \
  template std::vector<T> read_checked<T>(const File&, const std::string&, const Shape&);
AMPCF_INSTANTIATE(float)
AMPCF_INSTANTIATE(std::uint32_t)
AMPCF_INSTANTIATE(std::int64_t)
#undef AMPCF_INSTANTIATE

}  // namespace ampcf::checkpoint
