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

struct Operands {
  const float* a;  // element (row, n) lies at a[row * a_row + n * a_inner]
  std::size_t a_row;
  std::size_t a_inner;
  const float* b;
  std::size_t b_stride;
  float* c;
  std::size_t c_stride;
  std::size_t inner;
  bool add;
};

template <std::size_t R, std::size_t C>
void tile(const Operands& o, std::size_t row, std::size_t column) {
  std::array<std::array<Vec, C>, R> sums;
  for (std::size_t r = 0; r < R; ++r) {
    for (std::size_t c = 0; c < C; ++c) {
      sums[r][c] = o.add ? load(o.c + (row + r) * o.c_stride + column + c * kLanes) : Vec{};
    }
  }
  for (std::size_t n = 0; n < o.inner; ++n) {
    const float* const b = o.b + n * o.b_stride + column;
    for (std::size_t r = 0; r < R; ++r) {
      const float a = o.a[(row + r) * o.a_row + n * o.a_inner];
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

template <std::size_t C>
void strip(const Operands& o, std::size_t rows, std::size_t column) {
  std::size_t row = 0;
  for (; row + kTileRows <= rows; row += kTileRows) {
    tile<kTileRows, C>(o, row, column);
  }
  for (; row < rows; ++row) {
    tile<1, C>(o, row, column);
  }
}

void run(const Operands& o, std::size_t rows, std::size_t columns) {
  std::size_t column = 0;
  for (; column + kTileVectors * kLanes <= columns; column += kTileVectors * kLanes) {
    strip<kTileVectors>(o, rows, column);
  }
  for (; column < columns; column += kLanes) {
    strip<1>(o, rows, column);
  }
}

}  // namespace

void product(const float* a, std::size_t a_stride, const float* b, std::size_t b_stride, float* c, std::size_t c_stride,
             std::size_t rows, std::size_t inner, std::size_t columns, bool add) {
  run({a, a_stride, 1, b, b_stride, c, c_stride, inner, add}, rows, columns);
}

void add_outer_products(const float* a, std::size_t a_stride, const float* b, std::size_t b_stride, float* c,
                        std::size_t c_stride, std::size_t count, std::size_t rows, std::size_t columns) {
  run({a, 1, a_stride, b, b_stride, c, c_stride, count, true}, rows, columns);
}

void transpose(const float* from, std::size_t from_stride, float* into, std::size_t into_stride, std::size_t rows,
               std::size_t columns) {
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      into[column * into_stride + row] = from[row * from_stride + column];
    }
  }
}

}  // namespace ampcf::kernels
