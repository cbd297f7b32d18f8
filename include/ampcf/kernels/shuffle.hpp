#pragma once

#include "ampcf/kernels/vector.hpp"

/// Sixteen vectors at a time: sums over their lanes and transposition, by shuffles within and between blocks of four
/// lanes, which are single instructions on every x86-64.
namespace ampcf::kernels {

template <typename T>
using Square = std::array<Vec<T>, kLanes>;

namespace detail {

// Lanes index(0), index(1), ... of a and then b.
template <auto kIndex, typename Part, std::size_t... kLane>
[[gnu::always_inline]] inline Part shuffle(Part a, Part b, std::index_sequence<kLane...>) {
  return __builtin_shufflevector(a, b, kIndex(kLane)...);
}

template <typename T>
struct Shuffles {
  using Part = typename Vec<T>::Part;
  static constexpr std::size_t kPartLanes = Vec<T>::kPartLanes;
  using Lanes = std::make_index_sequence<kPartLanes>;

  // In each block, lanes i and j of a and then of b, by in-block numbers.
  template <std::size_t kI, std::size_t kJ>
  [[gnu::always_inline]] static inline Part two_of_each(Part a, Part b) {
    return shuffle<[](std::size_t lane) {
      return lane / 4 * 4 + (lane % 2 == 0 ? kI : kJ) + (lane % 4 < 2 ? 0 : kPartLanes);
    }>(a, b, Lanes());
  }
  // In each block, lanes i, i + 1 of a, alternating with b's.
  template <std::size_t kI>
  [[gnu::always_inline]] static inline Part interleave(Part a, Part b) {
    return shuffle<[](std::size_t lane) {
      return lane / 4 * 4 + kI + lane % 4 / 2 + (lane % 2 == 0 ? 0 : kPartLanes);
    }>(a, b, Lanes());
  }
  // Every other block of a, beginning with the first or the second, then of b.
  template <std::size_t kFirst>
  [[gnu::always_inline]] static inline Part every_other_block(Part a, Part b) {
    return shuffle<[](std::size_t lane) { return (lane / 4 * 2 + kFirst) * 4 + lane % 4; }>(a, b, Lanes());
  }
  // Blocks of the first half of a, or of the second, then of b.
  template <std::size_t kHalf>
  [[gnu::always_inline]] static inline Part half_of_each(Part a, Part b) {
    constexpr std::size_t kSize = kPartLanes / 2;
    return shuffle<[](std::size_t lane) { return lane % kSize + kHalf * kSize + lane / kSize * kPartLanes; }>(a, b,
                                                                                                              Lanes());
  }
};

}  // namespace detail

/// Lane i of the result is sum(v[i]), added in the same order as by sum().
template <typename T>
[[nodiscard, gnu::always_inline]] inline Vec<T> sums_of_lanes(const Square<T>& v) {
  using V = Vec<T>;
  using S = detail::Shuffles<T>;
  using Part = typename V::Part;
  // Of four lanes that are left: block b of quad(first) is of vector first + 4 b.
  const auto quad = [&](std::size_t first) __attribute__((always_inline))->Part {
    if constexpr (V::kParts == 4) {
      return (v[first].parts[0] + v[first].parts[2]) + (v[first].parts[1] + v[first].parts[3]);
    } else if constexpr (V::kParts == 2) {
      const Part a = v[first].parts[0] + v[first].parts[1];
      const Part b = v[first + 4].parts[0] + v[first + 4].parts[1];
      return S::template half_of_each<0>(a, b) + S::template half_of_each<1>(a, b);
    } else {
      const auto halves = [&](std::size_t i)
          __attribute__((always_inline)) {  // of vectors i and i + 4, two blocks each
        const Part a = v[i].parts[0], b = v[i + 4].parts[0];
        return S::template half_of_each<0>(a, b) + S::template half_of_each<1>(a, b);
      };
      const Part a = halves(first), b = halves(first + 8);
      return S::template every_other_block<0>(a, b) + S::template every_other_block<1>(a, b);
    }
  };
  const auto pairs = [](Part a, Part b) __attribute__((always_inline)) {  // in each block a0+a2 a1+a3 b0+b2 b1+b3
    return S::template two_of_each<0, 1>(a, b) + S::template two_of_each<2, 3>(a, b);
  };
  return V::make([&](auto p) __attribute__((always_inline)) {
    constexpr auto kFirst = p * V::kPartLanes;
    const Part a = pairs(quad(kFirst), quad(kFirst + 1));
    const Part b = pairs(quad(kFirst + 2), quad(kFirst + 3));
    return S::template two_of_each<0, 2>(a, b) + S::template two_of_each<1, 3>(a, b);
  });
}

/// The same of sixteen vectors that lie one after the other.
template <typename T>
[[nodiscard, gnu::always_inline]] inline Vec<T> sums_of_lanes(const T* vectors) {
  Square<T> square;
  for (std::size_t i = 0; i < kLanes; ++i) {
    square[i] = load(vectors + i * kLanes);
  }
  return sums_of_lanes<T>(square);
}

/// Lane j of result[i] is lane i of v[j].
template <typename T>
inline void transpose(Square<T>& v) {
  using V = Vec<T>;
  using S = detail::Shuffles<T>;
  using Part = typename V::Part;
  for (std::size_t i = 0; i < kLanes; i += 4) {  // 4x4 squares inside four vectors
    for (std::size_t p = 0; p < V::kParts; ++p) {
      const Part a = S::template interleave<0>(v[i].parts[p], v[i + 1].parts[p]);
      const Part b = S::template interleave<2>(v[i].parts[p], v[i + 1].parts[p]);
      const Part c = S::template interleave<0>(v[i + 2].parts[p], v[i + 3].parts[p]);
      const Part d = S::template interleave<2>(v[i + 2].parts[p], v[i + 3].parts[p]);
      v[i].parts[p] = S::template two_of_each<0, 1>(a, c);
      v[i + 1].parts[p] = S::template two_of_each<2, 3>(a, c);
      v[i + 2].parts[p] = S::template two_of_each<0, 1>(b, d);
      v[i + 3].parts[p] = S::template two_of_each<2, 3>(b, d);
    }
  }
  for (std::size_t i = 0; i < 4; ++i) {  // the squares among the vectors
    if constexpr (V::kParts == 1) {
      const Part a = S::template every_other_block<0>(v[i].parts[0], v[4 + i].parts[0]);
      const Part b = S::template every_other_block<1>(v[i].parts[0], v[4 + i].parts[0]);
      const Part c = S::template every_other_block<0>(v[8 + i].parts[0], v[12 + i].parts[0]);
      const Part d = S::template every_other_block<1>(v[8 + i].parts[0], v[12 + i].parts[0]);
      v[i].parts[0] = S::template every_other_block<0>(a, c);
      v[4 + i].parts[0] = S::template every_other_block<0>(b, d);
      v[8 + i].parts[0] = S::template every_other_block<1>(a, c);
      v[12 + i].parts[0] = S::template every_other_block<1>(b, d);
    } else if constexpr (V::kParts == 2) {
      for (std::size_t p = 0; p < 2; ++p) {
        for (const std::size_t row : {i, 8 + i}) {
          const Part a = S::template half_of_each<0>(v[row].parts[p], v[row + 4].parts[p]);
          const Part b = S::template half_of_each<1>(v[row].parts[p], v[row + 4].parts[p]);
          v[row].parts[p] = a;
          v[row + 4].parts[p] = b;
        }
      }
      std::swap(v[i].parts[1], v[8 + i].parts[0]);
      std::swap(v[4 + i].parts[1], v[12 + i].parts[0]);
    } else {
      for (std::size_t row = 0; row < 4; ++row) {
        for (std::size_t column = 0; column < row; ++column) {
          std::swap(v[4 * row + i].parts[column], v[4 * column + i].parts[row]);
        }
      }
    }
  }
}

}  // namespace ampcf::kernels
