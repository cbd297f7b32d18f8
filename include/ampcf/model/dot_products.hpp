#pragma once

#include "ampcf/kernels/aligned.hpp"
#include "ampcf/kernels/shuffle.hpp"
#include "ampcf/model/parameters.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace ampcf::model {

/// Dot products of up to sixteen examples' rows with their items, lane b of each the product of example b: sums of
/// lanes are found for sixteen examples at a time. An example's bits depend on its operands alone.
template <typename Real>
class DotProducts {
 public:
  DotProducts(const Dimensions& dimensions, std::size_t candidates)
      : padded_dim_(dimensions.padded_dim()),
        personas_(dimensions.personas),
        count_(candidates),
        totals_(room_for(personas_)) {}

  /// Numbers that are kept, whatever the candidates, and the same on every machine.
  [[nodiscard]] static constexpr std::size_t room_for(std::size_t personas) {
    return std::max(kMostTotals, personas) * kLanes * kLanes;
  }

  /// Products of each example's `rows` <= r rows, of which row(example, k, column) gives sixteen numbers, with its
  /// items' vectors item(example, n), into their places among (|N| + 1, r, 16): those of the last personas. R is `rows`
  /// where it is known when compiling, else 0.
  template <std::size_t R, typename Example, typename Row, typename Item>
  void run(std::span<const Example> examples, std::size_t rows, const Row& row, const Item& item, Real* into) {
    const auto add_lanes = [&](std::size_t n, std::size_t count) {
      const Real* totals = totals_.data();
      for (const auto end = n + count; n < end; ++n) {
        for (auto place = n * personas_ + personas_ - rows; place < (n + 1) * personas_; ++place) {
          kernels::store(into + place * kLanes, kernels::sums_of_lanes(totals));
          totals += kLanes * kLanes;
        }
      }
    };
    if constexpr (R == 0) {
      for (std::size_t n = 0; n < count_; ++n) {
        for (std::size_t b = 0; b < examples.size(); ++b) {
          multiply_each(
              rows, [&](std::size_t k, std::size_t column) { return row(examples[b], k, column); },
              item(examples[b], n), totals_.data() + b * kLanes);
        }
        add_lanes(n, 1);
      }
    } else {
      multiply_groups<R, std::max<std::size_t>(kTotals / R, 1)>(examples, row, item, 0, add_lanes);
    }
  }

 private:
  using Lanes = kernels::Vec<Real>;
  static constexpr std::size_t kLanes = kernels::kLanes;
  // Sums at a time. Registers hold more, but sixteen examples' would take the first-level cache from rows.
  static constexpr std::size_t kMostTotals = 8;
  static constexpr std::size_t kTotals = kernels::kRegisterBytes == 64 ? kMostTotals : 4;

  template <typename Row>
  void multiply_each(std::size_t rows, const Row& row, const Real* v, Real* into) const {
    for (std::size_t k = 0; k < rows; ++k) {
      Lanes total{};
      for (std::size_t column = 0; column < padded_dim_; column += kLanes) {
        total += row(k, column) * kernels::load(v + column);
      }
      kernels::store(into + k * kLanes * kLanes, total);
    }
  }

  // Groups of N items from item n on, then one smaller group of what is left.
  template <std::size_t R, std::size_t N, typename Example, typename Row, typename Item, typename AddLanes>
  void multiply_groups(std::span<const Example> examples, const Row& row, const Item& item, std::size_t n,
                       const AddLanes& add_lanes) {
    for (; n + N <= count_; n += N) {
      for (std::size_t b = 0; b < examples.size(); ++b) {
        multiply_group<R, N>(examples[b], row, item, n, totals_.data() + b * kLanes);
      }
      add_lanes(n, N);
    }
    if constexpr (N > 1) {
      multiply_groups<R, N - 1>(examples, row, item, n, add_lanes);
    }
  }

  template <std::size_t R, std::size_t N, typename Example, typename Row, typename Item>
  [[gnu::always_inline]] void multiply_group(const Example& example, const Row& row, const Item& item,
                                             std::size_t first, Real* into) const {
    std::array<const Real*, N> items;
    for (std::size_t n = 0; n < N; ++n) {
      items[n] = item(example, first + n);
    }
    std::array<Lanes, R * N> totals{};
    for (std::size_t column = 0; column < padded_dim_; column += kLanes) {
      std::array<Lanes, R> rows;
#pragma GCC unroll 16
      for (std::size_t k = 0; k < R; ++k) {
        rows[k] = row(example, k, column);
      }
#pragma GCC unroll 16
      for (std::size_t n = 0; n < N; ++n) {
        const Lanes v = kernels::load(items[n] + column);
#pragma GCC unroll 16
        for (std::size_t k = 0; k < R; ++k) {
          totals[n * R + k] += rows[k] * v;
        }
      }
    }
#pragma GCC unroll 8
    for (std::size_t i = 0; i < R * N; ++i) {
      kernels::store(into + i * kLanes * kLanes, totals[i]);
    }
  }

  std::size_t padded_dim_;
  std::size_t personas_;
  std::size_t count_;                    // |N| + 1
  kernels::AlignedVector<Real> totals_;  // (products of a group, 16 examples, 16 lanes)
};

}  // namespace ampcf::model
