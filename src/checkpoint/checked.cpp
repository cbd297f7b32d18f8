#include "checkpoint/checked.hpp"

#include "ampcf/core/error.hpp"

#include <xxhash.h>

#include <algorithm>
#include <bit>
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

// Numbers are looked at, summed up and copied by the kernel while they are in a cache: so many bytes at a time.
constexpr std::uint64_t kBytesAtOnce = std::uint64_t{1} << 21U;

// Calls work(first row, row count) for all rows in such blocks.
template <typename T, typename F>
void in_blocks(std::uint64_t rows, std::uint64_t row_size, F&& work) {
  const auto at_once = std::max<std::uint64_t>(1, kBytesAtOnce / (sizeof(T) * std::max<std::uint64_t>(1, row_size)));
  for (std::uint64_t first = 0; first < rows; first += at_once) {
    work(first, std::min(at_once, rows - first));
  }
}

template <typename T>
void add_checksums(std::span<const T> rows, std::uint64_t row_size, std::vector<std::uint64_t>& sums) {
  for (std::uint64_t row = 0; row < rows.size(); row += row_size) {
    sums.push_back(XXH3_64bits(rows.data() + row, row_size * sizeof(T)));
  }
}

std::vector<std::uint64_t> checksums(const std::vector<std::string>& values) {
  std::vector<std::uint64_t> sums;
  sums.reserve(values.size());
  for (const auto& value : values) {
    sums.push_back(XXH3_64bits(value.data(), value.size()));
  }
  return sums;
}

// The place of the first number that is not finite, rows.size() where all are.
template <typename T>
std::size_t first_not_finite(std::span<const T> rows) {
  if constexpr (std::is_same_v<T, float>) {
    // Without a branch to each number, so in vectors.
    constexpr std::uint32_t kExponent = 0x7F800000U;
    std::uint32_t has_bad = 0;
    for (const float number : rows) {
      has_bad |= static_cast<std::uint32_t>((std::bit_cast<std::uint32_t>(number) & kExponent) == kExponent);
    }
    if (has_bad != 0) {
      return static_cast<std::size_t>(
          std::find_if(rows.begin(), rows.end(), [](float number) { return !std::isfinite(number); }) - rows.begin());
    }
  }
  return rows.size();
}

std::vector<std::uint64_t> stored_checksums(const File& file, const std::string& dataset, std::uint64_t first,
                                            std::uint64_t rows) {
  std::vector<std::uint64_t> sums(rows);
  file.read_rows(checksums_of(dataset), first, std::span<std::uint64_t>(sums));
  return sums;
}

void verify(const File& file, const std::string& dataset, std::uint64_t first, const std::vector<std::uint64_t>& found,
            std::span<const std::uint64_t> expected) {
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
  const auto count = size == 0 ? 0 : rows.size() / size;
  std::vector<std::uint64_t> sums;
  sums.reserve(count);
  in_blocks<T>(count, size, [&](std::uint64_t begin, std::uint64_t block_rows) {
    const auto block = rows.subspan(begin * size, block_rows * size);
    if (const auto bad = first_not_finite(block); bad < block.size()) {
      throw RuntimeError("{} has {} in row {}: the run diverged; lower --learning-rate or --initial-scale", dataset,
                         block[bad], first + begin + bad / size);
    }
    add_checksums(block, size, sums);
    file.write_rows(dataset, first + begin, block);
  });
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
  const auto shape = file.shape(dataset);
  const auto size = shape.empty() ? 0 : row_size(shape);
  const auto count = size == 0 ? 0 : out.size() / size;
  if (count * size != out.size() || count == 0) {
    file.read_rows(dataset, first, out);  // says what does not fit
    return;
  }
  const auto expected = stored_checksums(file, dataset, first, count);
  std::vector<std::uint64_t> sums;
  in_blocks<T>(count, size, [&](std::uint64_t begin, std::uint64_t rows) {
    const auto block = out.subspan(begin * size, rows * size);
    file.read_rows(dataset, first + begin, block);
    sums.clear();
    add_checksums(std::span<const T>(block), size, sums);
    verify(file, dataset, first + begin, sums, std::span(expected).subspan(begin, rows));
    if (const auto bad = first_not_finite(std::span<const T>(block)); bad < block.size()) {
      throw DataError("{}: {} has {} in row {}", file.path().string(), dataset, block[bad], first + begin + bad / size);
    }
  });
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
  verify(file, dataset, 0, checksums(values), stored_checksums(file, dataset, 0, values.size()));
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
