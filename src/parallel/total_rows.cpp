#include "ampcf/parallel/total_rows.hpp"

#include <algorithm>
#include <bit>

namespace ampcf::parallel {

namespace {

constexpr int kBits = 15;  // beside the sign
constexpr std::int32_t kMost = (1 << kBits) - 1;

std::int32_t joined(std::int32_t low, std::int32_t high) {
  return static_cast<std::int32_t>((static_cast<std::uint32_t>(low) & 0xFFFFU) | static_cast<std::uint32_t>(high)
                                                                                     << 16U);
}

std::int32_t low_of(std::int32_t pair) { return static_cast<std::int16_t>(static_cast<std::uint32_t>(pair) & 0xFFFFU); }
std::int32_t high_of(std::int32_t pair) { return pair >> 16; }

}  // namespace

// To the nearest multiple of 2^shift, halves upwards. Returns the shift.
int TotalRows::round_to_shift(Number* row) const {
  if constexpr (!kIsExact) {
    return 0;
  } else {
    std::uint32_t all = 0;  // every bit that a magnitude has
    for (std::size_t i = 0; i < numbers_; ++i) {
      all |= static_cast<std::uint32_t>(row[i] < 0 ? ~row[i] : row[i]);
    }
    const int shift = std::max(0, static_cast<int>(std::bit_width(all)) - kBits);
    if (shift > 0) {
      const std::int32_t half = 1 << (shift - 1);
      for (std::size_t i = 0; i < numbers_; ++i) {
        const std::int32_t below = row[i] >> (shift - 1);  // adding the half first could overflow
        row[i] = std::min((below + 1) >> 1, kMost) * (2 * half);
      }
    }
    return shift;
  }
}

void TotalRows::pack(Number* row, Number* into) const {
  if (!is_rounded_) {
    std::copy_n(row, numbers_ + 2, into);
    return;
  }
  if constexpr (kIsExact) {
    const int shift = round_to_shift(row);
    into[0] = row[numbers_ + 1];
    into[1] = row[numbers_];
    const std::size_t pairs = numbers_ / 2;
    for (std::size_t i = 0; i < pairs; ++i) {
      into[2 + i] = joined(row[2 * i] >> shift, row[2 * i + 1] >> shift);
    }
    into[2 + pairs] = joined(row[numbers_ - 1] >> shift, shift);
  }
}

void TotalRows::unpack(const Number* from, Number* row) const {
  if (!is_rounded_) {
    std::copy_n(from, numbers_ + 2, row);
    return;
  }
  if constexpr (kIsExact) {
    row[numbers_ + 1] = from[0];
    row[numbers_] = from[1];
    const std::size_t pairs = numbers_ / 2;
    const std::int32_t unit = 1 << high_of(from[2 + pairs]);
    for (std::size_t i = 0; i < pairs; ++i) {
      row[2 * i] = low_of(from[2 + i]) * unit;
      row[2 * i + 1] = high_of(from[2 + i]) * unit;
    }
    row[numbers_ - 1] = low_of(from[2 + pairs]) * unit;
  }
}

}  // namespace ampcf::parallel
