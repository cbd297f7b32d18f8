#pragma once

#include "ampcf/kernels/vector.hpp"

#include <array>
#include <cstddef>

/// The inner loop of every matrix product here: a tile of sums in registers, each sum one chain of multiply-adds over
/// the inner index in rising order. An element's bits depend neither on its neighbours, nor on the tile's size, nor on
/// the machine's caches.
namespace ampcf::kernels {

// R x (C * 16) sums: 24 of the 32 AVX-512 registers, 12 of the 16 AVX2 ones.
#if defined(__AVX512F__)
inline constexpr std::size_t kTileRows = 6;
inline constexpr std::size_t kTileVectors = 4;
#else
inline constexpr std::size_t kTileRows = 3;
inline constexpr std::size_t kTileVectors = 2;
#endif

/// a (rows, inner) times b (inner, columns): element (row, n) of a lies at a[row * a_row + n * a_inner].
template <typename Real>
struct Factors {
  const Real* a;
  std::size_t a_row;
  std::size_t a_inner;
  const Real* b;
  std::size_t b_stride;
  std::size_t inner;
};

// `end` is a copy, whose numbers stay in registers: those of another's could change with every store. Loops over the
// tile are unrolled, as sums that are indexed by variables would lie in memory.
template <std::size_t R, std::size_t C, typename Real, typename Begin, typename End>
inline void multiply_tile(const Factors<Real>& f, std::size_t row, std::size_t column, const Begin& begin, End end) {
  std::array<std::array<Vec<Real>, C>, R> sums;
#pragma GCC unroll 6
  for (std::size_t r = 0; r < R; ++r) {
#pragma GCC unroll 4
    for (std::size_t c = 0; c < C; ++c) {
      sums[r][c] = begin(row + r, column + c * kLanes);
    }
  }
  for (std::size_t n = 0; n < f.inner; ++n) {
    const Real* const b = f.b + n * f.b_stride + column;
#pragma GCC unroll 6
    for (std::size_t r = 0; r < R; ++r) {
      const Real a = f.a[(row + r) * f.a_row + n * f.a_inner];
#pragma GCC unroll 4
      for (std::size_t c = 0; c < C; ++c) {
        sums[r][c] += a * load(b + c * kLanes);
      }
    }
  }
#pragma GCC unroll 6
  for (std::size_t r = 0; r < R; ++r) {
#pragma GCC unroll 4
    for (std::size_t c = 0; c < C; ++c) {
      end(row + r, column + c * kLanes, sums[r][c]);
    }
  }
}

// Tiles of R rows from `row` on, then smaller ones for what is left.
template <std::size_t R, std::size_t C, typename Real, typename Begin, typename End>
inline void multiply_strip(const Factors<Real>& f, std::size_t row, std::size_t rows, std::size_t column,
                           const Begin& begin, const End& end) {
  for (; row + R <= rows; row += R) {
    multiply_tile<R, C>(f, row, column, begin, end);
  }
  if constexpr (R > 1) {
    multiply_strip<(R > 4 ? 4 : R / 2), C>(f, row, rows, column, begin, end);
  }
}

/// The product of `rows` rows and `columns` (a multiple of 16) columns: begin(row, column) gives sixteen sums their
/// first value, end(row, column, sums) takes the finished ones.
template <typename Real, typename Begin, typename End>
inline void multiply(const Factors<Real>& f, std::size_t rows, std::size_t columns, const Begin& begin,
                     const End& end) {
  std::size_t column = 0;
  for (; column + kTileVectors * kLanes <= columns; column += kTileVectors * kLanes) {
    multiply_strip<kTileRows, kTileVectors>(f, 0, rows, column, begin, end);
  }
  for (; column < columns; column += kLanes) {
    multiply_strip<kTileRows, 1>(f, 0, rows, column, begin, end);
  }
}

}  // namespace ampcf::kernels
