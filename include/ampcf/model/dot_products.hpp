#pragma once

#include "ampcf/kernels/aligned.hpp"
#include "ampcf/kernels/shuffle.hpp"
#include "ampcf/model/parameters.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace ampcf::model {

/// Dot products of up to sixteen examples' rows with their items, sixteen products to one reduction. An example's bits
/// depend on its operands alone.
template <typename Real>
class DotProducts {
 public:
  DotProducts(const Dimensions& dimensions, std::size_t candidates)
      : padded_dim_(dimensions.padded_dim()),
        personas_(dimensions.personas),
        count_(candidates),
        stride_(kernels::padded(candidates * dimensions.personas) + kernels::kLanes),
        dots_(kLanes * stride_) {}

  /// Products of each example's `rows` <= r rows, of which row(example, k, column) gives sixteen numbers, with its
  /// items' vectors item(example, n), into their places among (|N| + 1, r, 16): those of the last personas. R is `rows`
  /// where it is known when compiling, else 0.
  template <std::size_t R, typename Example, typename Row, typename Item>
  void run(std::span<const Example> examples, std::size_t rows, const Row& row, const Item& item, Real* into) {
    for (std::size_t b = 0; b < examples.size(); ++b) {
      const auto row_of_example = [&](std::size_t k, std::size_t column) { return row(examples[b], k, column); };
      const auto item_of_example = [&](std::size_t n) { return item(examples[b], n); };
      Real* const dots = dots_.data() + b * stride_;
      if constexpr (R == 0) {
        multiply_each(rows, row_of_example, item_of_example, dots);
      } else {
        multiply_groups<R, kLanes / R>(row_of_example, item_of_example, 0, dots);
      }
    }
    const auto count = count_ * rows;
    for (std::size_t first = 0; first < count; first += kLanes) {
      kernels::Square<Real> square;
      for (std::size_t b = 0; b < kLanes; ++b) {
        square[b] = kernels::load(dots_.data() + b * stride_ + first);
      }
      kernels::transpose<Real>(square);
      for (std::size_t i = 0; i < std::min(kLanes, count - first); ++i) {
        const auto place = (first + i) / rows * personas_ + personas_ - rows + (first + i) % rows;
        kernels::store(into + place * kLanes, square[i]);
      }
    }
  }

 private:
  using Lanes = kernels::Vec<Real>;
  static constexpr std::size_t kLanes = kernels::kLanes;

  template <typename Row, typename Item>
  void multiply_each(std::size_t rows, const Row& row, const Item& item, Real* into) const {
    for (std::size_t n = 0; n < count_; ++n) {
      const Real* const v = item(n);
      for (std::size_t k = 0; k < rows; ++k) {
        Lanes total{};
        for (std::size_t column = 0; column < padded_dim_; column += kLanes) {
          total += row(k, column) * kernels::load(v + column);
        }
        into[n * rows + k] = kernels::sum(total);
      }
    }
  }

  // Groups of N items from item n on, then one smaller group of what is left.
  template <std::size_t R, std::size_t N, typename Row, typename Item>
  void multiply_groups(const Row& row, const Item& item, std::size_t n, Real* into) const {
    for (; n + N <= count_; n += N) {
      multiply_group<R, N>(row, item, n, into + n * R);
    }
    if constexpr (N > 1) {
      multiply_groups<R, N - 1>(row, item, n, into);
    }
  }

  template <std::size_t R, std::size_t N, typename Row, typename Item>
  void multiply_group(const Row& row, const Item& item, std::size_t first, Real* into) const {
    std::array<const Real*, N> items;
    for (std::size_t n = 0; n < N; ++n) {
      items[n] = item(first + n);
    }
    kernels::Square<Real> totals{};
    for (std::size_t column = 0; column < padded_dim_; column += kLanes) {
      std::array<Lanes, R> rows;
      for (std::size_t k = 0; k < R; ++k) {
        rows[k] = row(k, column);
      }
      for (std::size_t n = 0; n < N; ++n) {
        const Lanes v = kernels::load(items[n] + column);
        for (std::size_t k = 0; k < R; ++k) {
          totals[n * R + k] += rows[k] * v;
        }
      }
    }
    kernels::store(into, kernels::sums_of_lanes<Real>(totals));
  }

  std::size_t padded_dim_;
  std::size_t personas_;
  std::size_t count_;                  // |N| + 1
  std::size_t stride_;                 // room for a whole vector behind an example's last
  kernels::AlignedVector<Real> dots_;  // (16, stride) by example
};

}  // namespace ampcf::model
