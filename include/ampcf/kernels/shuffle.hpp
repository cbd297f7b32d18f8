#pragma once

#include "ampcf/kernels/vector.hpp"

#include <array>

/// Sixteen vectors at a time: sums over their lanes and transposition, by shuffles within and between blocks of four
/// lanes, which are single instructions on every x86-64.
namespace ampcf::kernels {

template <typename Real>
using Square = std::array<Vec<Real>, kLanes>;

namespace detail {

template <typename V>
inline V halves(V a, V b) {  // blocks a0+a2 a1+a3 b0+b2 b1+b3
  return __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +
         __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
}

template <typename V>
inline V blocks(V a, V b) {  // blocks a0+a1 a2+a3 b0+b1 b2+b3
  return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27) +
         __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
}

template <typename V>
inline V pairs(V a, V b) {  // in each block a0+a2 a1+a3 b0+b2 b1+b3
  return __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29) +
         __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
}

template <typename V>
inline V neighbours(V a, V b) {  // in each block a0+a1 a2+a3 b0+b1 b2+b3
  return __builtin_shufflevector(a, b, 0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28, 30) +
         __builtin_shufflevector(a, b, 1, 3, 17, 19, 5, 7, 21, 23, 9, 11, 25, 27, 13, 15, 29, 31);
}

}  // namespace detail

/// Lane i of the result is sum(v[i]), added in the same order as by sum().
template <typename Real>
[[nodiscard]] inline Vec<Real> sums_of_lanes(const Square<Real>& v) {
  using namespace detail;
  const auto quad = [&](std::size_t i) { return blocks(halves(v[i], v[4 + i]), halves(v[8 + i], v[12 + i])); };
  return neighbours(pairs(quad(0), quad(1)), pairs(quad(2), quad(3)));
}

/// Lane j of result[i] is lane i of v[j].
template <typename Real>
inline void transpose(Square<Real>& v) {
  for (std::size_t i = 0; i < kLanes; i += 4) {  // 4x4 squares inside four vectors
    const auto a = __builtin_shufflevector(v[i], v[i + 1], 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
    const auto b = __builtin_shufflevector(v[i], v[i + 1], 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
    const auto c =
        __builtin_shufflevector(v[i + 2], v[i + 3], 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
    const auto d =
        __builtin_shufflevector(v[i + 2], v[i + 3], 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
    v[i] = __builtin_shufflevector(a, c, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
    v[i + 1] = __builtin_shufflevector(a, c, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
    v[i + 2] = __builtin_shufflevector(b, d, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
    v[i + 3] = __builtin_shufflevector(b, d, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
  }
  for (std::size_t i = 0; i < 4; ++i) {  // the squares among the vectors
    const auto a = __builtin_shufflevector(v[i], v[4 + i], 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
    const auto b = __builtin_shufflevector(v[i], v[4 + i], 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
    const auto c =
        __builtin_shufflevector(v[8 + i], v[12 + i], 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
    const auto d =
        __builtin_shufflevector(v[8 + i], v[12 + i], 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
    v[i] = __builtin_shufflevector(a, c, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
    v[4 + i] = __builtin_shufflevector(b, d, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
    v[8 + i] = __builtin_shufflevector(a, c, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
    v[12 + i] = __builtin_shufflevector(b, d, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
  }
}

}  // namespace ampcf::kernels
