#include "ampcf/parallel/form_gradient.hpp"

#include "ampcf/kernels/tile.hpp"

#include <cmath>

namespace ampcf::parallel {

namespace {

// For each i, a^T b of the rows starts[i]..starts[i + 1]-1 (.., columns), times `rescale`, within +-limit.
struct PartialSums {
  const float* a;
  const float* b;
  std::span<const std::size_t> starts;
  std::size_t columns;
  float rescale;
  float limit;
};

constexpr std::size_t kRows = 4;  // of a tile: a divisor of every whole vector

// Adds kRows rows of C vectors of all partial sums, rounded. Beside 1.5 * 2^23 a float has no room but for integers
// below 2^22, and its low bits are the integer: the sum of such bits, less as many times those of 1.5 * 2^23, is that
// of the integers.
template <bool kClips, std::size_t C>
void add_tile(const PartialSums& of, std::size_t row, std::size_t column, std::int32_t* sums) {
  constexpr float kMagic = 12582912.0F;
  std::array<std::array<kernels::Bits, C>, kRows> totals{};
  const auto add = [&totals, row, column, rescale = of.rescale, limit = of.limit](std::size_t r, std::size_t c,
                                                                                  kernels::Floats partial) {
    auto value = partial * rescale + kMagic;
    if constexpr (kClips) {
      value = kernels::min(value, kernels::broadcast(kMagic + limit));
      value = kernels::max(value, kernels::broadcast(kMagic - limit));
    }
    totals[r - row][(c - column) / kernels::kLanes] += kernels::bits_as<std::uint32_t>(value);
  };
  const auto d = of.columns;
  for (std::size_t i = 0; i + 1 < of.starts.size(); ++i) {
    const auto first = of.starts[i] * d;
    kernels::multiply_tile<kRows, C>(
        kernels::Factors<float>{of.a + first, 1, d, of.b + first, d, of.starts[i + 1] - of.starts[i]}, row, column,
        [](std::size_t, std::size_t) { return kernels::Floats{}; }, add);
  }
  const auto surplus = static_cast<std::uint32_t>(of.starts.size() - 1) * std::bit_cast<std::uint32_t>(kMagic);
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t c = 0; c < C; ++c) {
      std::int32_t* const into = sums + (row + r) * d + column + c * kernels::kLanes;
      kernels::store(into, kernels::load(into) + kernels::bits_as<std::int32_t>(totals[r][c] - surplus));
    }
  }
}

template <bool kClips>
void add_rounded(const PartialSums& of, std::int32_t* sums) {
  constexpr std::size_t kColumns = kernels::kTileVectors * kernels::kLanes;
  std::size_t column = 0;
  for (; column + kColumns <= of.columns; column += kColumns) {
    for (std::size_t row = 0; row < of.columns; row += kRows) {
      add_tile<kClips, kernels::kTileVectors>(of, row, column, sums);
    }
  }
  for (; column < of.columns; column += kernels::kLanes) {
    for (std::size_t row = 0; row < of.columns; row += kRows) {
      add_tile<kClips, 1>(of, row, column, sums);
    }
  }
}

// The largest magnitude; not a number where there is one, whose bits are above all others'.
float largest_of(const float* numbers, std::size_t size) {
  std::int32_t most = 0;
  for (std::size_t i = 0; i < size; ++i) {
    most = std::max(most, std::bit_cast<std::int32_t>(numbers[i]) & 0x7FFFFFFF);
  }
  return std::bit_cast<float>(most);
}

// No number of a partial sum is larger than this but by rounding.
float bound_of(const PartialSums& of) {
  std::size_t rows = 0;
  for (std::size_t i = 0; i + 1 < of.starts.size(); ++i) {
    rows = std::max(rows, of.starts[i + 1] - of.starts[i]);
  }
  const auto first = of.starts.front() * of.columns;
  const auto size = of.starts.back() * of.columns - first;
  return static_cast<float>(rows) * largest_of(of.a + first, size) * largest_of(of.b + first, size) * of.rescale;
}

[[maybe_unused]] void add_all(const PartialSums& of, std::int32_t* sums) {
  // Half of the limit, for sums of floats are off: what would be clipped must be, whatever it is added with.
  bound_of(of) < 0.5F * of.limit ? add_rounded<false>(of, sums) : add_rounded<true>(of, sums);
}

// Where nothing is rounded, all rows are one sum.
[[maybe_unused]] void add_all(const PartialSums& of, float* sums) {
  const auto d = of.columns;
  const auto first = of.starts.front() * d;
  kernels::multiply(
      kernels::Factors<float>{of.a + first, 1, d, of.b + first, d, of.starts.back() - of.starts.front()}, d, d,
      [](std::size_t, std::size_t) { return kernels::Floats{}; },
      [sums, d, rescale = of.rescale](std::size_t row, std::size_t column, kernels::Floats sum) {
        float* const into = sums + row * d + column;
        kernels::store(into, kernels::load(into) + sum * rescale);
      });
}

}  // namespace

FormGradient::FormGradient(const model::Dimensions& dimensions, std::uint64_t parts, std::uint64_t largest_share,
                           float gradient_scale, const Memory& memory)
    : padded_dim_(dimensions.padded_dim()),
      factor_(1.0F),
      rescale_(1.0F),
      limit_(static_cast<float>(largest_share) * kClip),
      sums_(size(dimensions), memory) {
  const auto bits = std::min(bits_below_overflow(static_cast<double>(parts) * static_cast<double>(limit_)),
                             21 - static_cast<int>(std::ceil(std::log2(limit_))));
  factor_ = std::ldexp(1.0F, bits);
  rescale_ = factor_ / gradient_scale;
  limit_ *= factor_;
}

void FormGradient::add_products(const float* a, const float* b, std::span<const std::size_t> starts) {
  add_all({a, b, starts, padded_dim_, rescale_, limit_}, sums_.data());
}

void FormGradient::clear() { std::fill(sums_.begin(), sums_.end(), 0); }

}  // namespace ampcf::parallel
