#include "ampcf/parallel/form_gradient.hpp"

#include "ampcf/kernels/tile.hpp"

#include <cmath>

namespace ampcf::parallel {

namespace {

using kernels::Floats;
using kernels::kLanes;

// For each i, a^T b of the rows starts[i]..starts[i + 1]-1 (.., columns), in units of `unit`, within +-limit of them.
struct PartialSums {
  float* a;
  float* b;
  std::span<const std::size_t> starts;
  std::size_t columns;
  float unit;
  float limit;
};

kernels::Factors<float> factors_of(const PartialSums& of) {
  const auto first = of.starts.front() * of.columns;
  return {of.a + first, 1, of.columns, of.b + first, of.columns, of.starts.back() - of.starts.front()};
}

// Half of the room for units beside 1.5 * 2^23 of them. With so many bits below the point it is a sum of 4; those of a
// part of MovieLens 1M are below .03 on average and .4 at most.
constexpr float kMostAtOnce = 0x1p21F;
constexpr int kMostBits = 19;

// Leaves each number of C vectors of `rows` rows but 0 with twelve significant bits, of which the last is 1, and
// returns by column the sums of their squares.
template <std::size_t C>
std::array<Floats, C> shorten(float* numbers, std::size_t rows, std::size_t stride) {
  std::array<Floats, C> squares{};
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t c = 0; c < C; ++c) {
      float* const at = numbers + row * stride + c * kLanes;
      const auto number = kernels::load(at);
      const auto odd = kernels::bits_as<float>((kernels::bits_as<std::uint32_t>(number) & 0xFFFFF000U) | 0x1000U);
      const auto shortened = kernels::select(kernels::is_equal(number, Floats{}), number, odd);
      kernels::store(at, shortened);
      squares[c] += shortened * shortened;
    }
  }
  return squares;
}

// Shortens `rows` rows and returns the largest length of a column; infinity or not a number where there is one.
float shorten(float* numbers, std::size_t rows, std::size_t columns) {
  Floats most{}, total{};
  const auto take = [&](const auto& squares) {
    for (const auto& of_columns : squares) {
      most = kernels::max(of_columns, most);
      total += of_columns;  // where no number is lost
    }
  };
  constexpr std::size_t kColumns = kernels::kTileVectors * kLanes;
  std::size_t column = 0;
  for (; column + kColumns <= columns; column += kColumns) {
    take(shorten<kernels::kTileVectors>(numbers + column, rows, columns));
  }
  for (; column < columns; column += kLanes) {
    take(shorten<1>(numbers + column, rows, columns));
  }
  const float sum = kernels::sum(total);
  return std::isfinite(sum) ? std::sqrt(kernels::largest(most)) : sum;
}

// All of the partial sums are one, each product rounded to whole units.
void add_at_once(const PartialSums& of, std::int32_t* sums) {
  // Beside so large a number a float has no room for anything but whole units, and counts them in its low bits.
  const float base = 12582912.0F * of.unit;
  kernels::multiply(
      factors_of(of), of.columns, of.columns, [base](std::size_t, std::size_t) { return kernels::broadcast(base); },
      [=, columns = of.columns](std::size_t row, std::size_t column, Floats sum) {
        std::int32_t* const into = sums + row * columns + column;
        const auto units = kernels::bits_as<std::int32_t>(sum) - std::bit_cast<std::int32_t>(base);
        kernels::store(into, kernels::load(into) + units);
      });
}

// The same for numbers of any size.
void add_clipped(const PartialSums& of, std::int32_t* sums) {
  const auto d = of.columns;
  const auto limit = static_cast<double>(of.limit);
  std::vector<double> totals(d);
  for (std::size_t i = 0; i + 1 < of.starts.size(); ++i) {
    for (std::size_t row = 0; row < d; ++row) {
      std::fill(totals.begin(), totals.end(), 0.0);
      for (auto n = of.starts[i]; n < of.starts[i + 1]; ++n) {
        const auto factor = static_cast<double>(of.a[n * d + row] / of.unit);
        std::transform(totals.begin(), totals.end(), of.b + n * d, totals.begin(), [factor](double total, float b) {
          return total + std::nearbyint(factor * static_cast<double>(b));
        });
      }
      for (std::size_t column = 0; column < d; ++column) {
        const double total = totals[column] < limit ? totals[column] : limit;  // not a number is not less
        sums[row * d + column] += static_cast<std::int32_t>(std::max(total, -limit));
      }
    }
  }
}

[[maybe_unused]] void add_all(const PartialSums& of, std::int32_t* sums) {
  const auto first = of.starts.front() * of.columns;
  const auto rows = of.starts.back() - of.starts.front();
  // No number of a partial sum, nor of all of them together, is larger than this.
  const float bound = shorten(of.a + first, rows, of.columns) * shorten(of.b + first, rows, of.columns) / of.unit;
  if (bound < std::min(kMostAtOnce, 0.5F * of.limit)) {
    add_at_once(of, sums);
  } else {
    add_clipped(of, sums);
  }
}

// Where nothing is rounded.
[[maybe_unused]] void add_all(const PartialSums& of, float* sums) {
  kernels::multiply(
      factors_of(of), of.columns, of.columns, [](std::size_t, std::size_t) { return Floats{}; },
      [=, columns = of.columns, per_unit = 1.0F / of.unit](std::size_t row, std::size_t column, Floats sum) {
        float* const into = sums + row * columns + column;
        kernels::store(into, kernels::load(into) + sum * per_unit);
      });
}

}  // namespace

FormGradient::FormGradient(const model::Dimensions& dimensions, std::uint64_t parts, std::uint64_t largest_share,
                           float gradient_scale, const Memory& memory)
    : padded_dim_(dimensions.padded_dim()),
      factor_(1.0F),
      gradient_scale_(gradient_scale),
      limit_(static_cast<float>(largest_share) * kClip),
      sums_(size(dimensions), memory) {
  const auto bits = std::min(kMostBits, bits_below_overflow(static_cast<double>(parts) * static_cast<double>(limit_)));
  factor_ = std::ldexp(1.0F, bits);
  limit_ *= factor_;
}

void FormGradient::add_products(float* a, float* b, std::span<const std::size_t> starts) {
  add_all({a, b, starts, padded_dim_, gradient_scale_ / factor_, limit_}, sums_.data());
}

void FormGradient::clear() { std::fill(sums_.begin(), sums_.end(), 0); }

}  // namespace ampcf::parallel
