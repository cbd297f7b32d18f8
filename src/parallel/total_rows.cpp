#include "ampcf/parallel/total_rows.hpp"

#include <algorithm>
#include <bit>

namespace ampcf::parallel {

namespace {

constexpr int kBits = 15;  // beside the sign
constexpr std::int32_t kMost = (1 << kBits) - 1;

// Only whole numbers are ever rounded; with sums of floats these never run.
std::int32_t whole(Number number) { return std::bit_cast<std::int32_t>(number); }
Number number(std::int32_t whole) { return std::bit_cast<Number>(whole); }

Number joined(std::int32_t low, std::int32_t high) {
  const auto bits = (static_cast<std::uint32_t>(low) & 0xFFFFU) | static_cast<std::uint32_t>(high) << 16U;
  return std::bit_cast<Number>(bits);
}
std::int32_t low_of(Number pair) { return static_cast<std::int16_t>(whole(pair) & 0xFFFF); }
std::int32_t high_of(Number pair) { return whole(pair) >> 16; }

}  // namespace

// To the nearest multiple of 2^shift, halves upwards. Returns the shift.
int TotalRows::round_to_shift(Number* row) const {
  std::uint32_t all = 0;  // every bit that a magnitude has
  for (std::size_t i = 0; i < numbers_; ++i) {
    const std::int32_t value = whole(row[i]);
    all |= static_cast<std::uint32_t>(value < 0 ? ~value : value);
  }
  const int shift = std::max(0, static_cast<int>(std::bit_width(all)) - kBits);
  if (shift > 0) {
    const std::int32_t unit = 1 << shift;
    for (std::size_t i = 0; i < numbers_; ++i) {
      const std::int32_t in_halves = whole(row[i]) >> (shift - 1);  // adding the half first could overflow
      row[i] = number(std::min((in_halves + 1) >> 1, kMost) * unit);
    }
  }
  return shift;
}

void TotalRows::pack(Number* row, Number* into) const {
  if (!is_rounded_) {
    std::copy_n(row, numbers_ + 2, into);
    return;
  }
  const int shift = round_to_shift(row);
  into[0] = row[numbers_ + 1];
  into[1] = row[numbers_];
  const std::size_t pairs = numbers_ / 2;
  for (std::size_t i = 0; i < pairs; ++i) {
    into[2 + i] = joined(whole(row[2 * i]) >> shift, whole(row[2 * i + 1]) >> shift);
  }
  into[2 + pairs] = joined(whole(row[numbers_ - 1]) >> shift, shift);
}

void TotalRows::unpack(const Number* from, Number* row) const {
  if (!is_rounded_) {
    std::copy_n(from, numbers_ + 2, row);
    return;
  }
  row[numbers_ + 1] = from[0];
  row[numbers_] = from[1];
  const std::size_t pairs = numbers_ / 2;
  const std::int32_t unit = 1 << high_of(from[2 + pairs]);
  for (std::size_t i = 0; i < pairs; ++i) {
    row[2 * i] = number(low_of(from[2 + i]) * unit);
    row[2 * i + 1] = number(high_of(from[2 + i]) * unit);
  }
  row[numbers_ - 1] = number(low_of(from[2 + pairs]) * unit);
}

}  // namespace ampcf::parallel
