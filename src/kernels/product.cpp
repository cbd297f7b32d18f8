#include "ampcf/kernels/product.hpp"

#include "ampcf/kernels/vector.hpp"

#include <algorithm>
#include <array>

namespace ampcf::kernels {

namespace {

// A tile of R x (C * 16) sums lives in registers: 24 of the 32 AVX-512 registers, 12 of the 16 AVX2 ones.
#if defined(__AVX512F__)
constexpr std::size_t kTileRows = 6;
constexpr std::size_t kTileVectors = 4;
#else
constexpr std::size_t kTileRows = 3;
constexpr std::size_t kTileVectors = 2;
#endif

template <typename Real>
struct Operands {
  const Real* a;  // element (row, n) lies at a[row * a_row + n * a_inner]
  std::size_t a_row;
  std::size_t a_inner;
  const Real* b;
  std::size_t b_stride;
  Real* c;
  std::size_t c_stride;
  std::size_t inner;
  bool add;
};

template <std::size_t R, std::size_t C, typename Real>
void tile(const Operands<Real>& o, std::size_t row, std::size_t column) {
  std::array<std::array<Vec<Real>, C>, R> sums;
  for (std::size_t r = 0; r < R; ++r) {
    for (std::size_t c = 0; c < C; ++c) {
      sums[r][c] = o.add ? load(o.c + (row + r) * o.c_stride + column + c * kLanes) : Vec<Real>{};
    }
  }
  for (std::size_t n = 0; n < o.inner; ++n) {
    const Real* const b = o.b + n * o.b_stride + column;
    for (std::size_t r = 0; r < R; ++r) {
      const Real a = o.a[(row + r) * o.a_row + n * o.a_inner];
      for (std::size_t c = 0; c < C; ++c) {
        sums[r][c] += a * load(b + c * kLanes);
      }
    }
  }
  for (std::size_t r = 0; r < R; ++r) {
    for (std::size_t c = 0; c < C; ++c) {
      store(o.c + (row + r) * o.c_stride + column + c * kLanes, sums[r][c]);
    }
  }
}

template <std::size_t C, typename Real>
void strip(const Operands<Real>& o, std::size_t rows, std::size_t column) {
  std::size_t row = 0;
  for (; row + kTileRows <= rows; row += kTileRows) {
    tile<kTileRows, C>(o, row, column);
  }
  for (; row < rows; ++row) {
    tile<1, C>(o, row, column);
  }
}

template <typename Real>
void run(const Operands<Real>& o, std::size_t rows, std::size_t columns) {
  std::size_t column = 0;
  for (; column + kTileVectors * kLanes <= columns; column += kTileVectors * kLanes) {
    strip<kTileVectors>(o, rows, column);
  }
  for (; column < columns; column += kLanes) {
    strip<1>(o, rows, column);
  }
}

}  // namespace

template <typename Real>
void product(const Real* a, std::size_t a_stride, const Real* b, std::size_t b_stride, Real* c, std::size_t c_stride,
             std::size_t rows, std::size_t inner, std::size_t columns, bool add) {
  run<Real>({a, a_stride, 1, b, b_stride, c, c_stride, inner, add}, rows, columns);
}

template <typename Real>
void add_outer_products(const Real* a, std::size_t a_stride, const Real* b, std::size_t b_stride, Real* c,
                        std::size_t c_stride, std::size_t count, std::size_t rows, std::size_t columns) {
  run<Real>({a, 1, a_stride, b, b_stride, c, c_stride, count, true}, rows, columns);
}

template <typename Real>
void transpose(const Real* from, std::size_t from_stride, Real* into, std::size_t into_stride, std::size_t rows,
               std::size_t columns) {
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      into[column * into_stride + row] = from[row * from_stride + column];
    }
  }
}

#define AMPCF_INSTANTIATE(Real)                                                                                    \
  template void product<Real>(const Real*, std::size_t, const Real*, std::size_t, Real*, std::size_t, std::size_t, \
                              std::size_t, std::size_t, bool);                                                     \
  template void add_outer_products<Real>(const Real*, std::size_t, const Real*, std::size_t, Real*, std::size_t,   \
                                         std::size_t, std::size_t, std::size_t);                                   \
  template void transpose<Real>(const Real*, std::size_t, Real*, std::size_t, std::size_t, std::size_t);
AMPCF_INSTANTIATE(float)
AMPCF_INSTANTIATE(double)
#undef AMPCF_INSTANTIATE

}  // namespace ampcf::kernels
