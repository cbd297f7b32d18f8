#include "ampcf/kernels/product.hpp"

#include "ampcf/kernels/shuffle.hpp"
#include "ampcf/kernels/tile.hpp"

namespace ampcf::kernels {

namespace {

template <typename Real>
void transpose_square(const Real* from, std::size_t from_stride, Real* into, std::size_t into_stride) {
  Square<Real> square;
  for (std::size_t i = 0; i < kLanes; ++i) {
    square[i] = load(from + i * from_stride);
  }
  transpose<Real>(square);
  for (std::size_t i = 0; i < kLanes; ++i) {
    store(into + i * into_stride, square[i]);
  }
}

}  // namespace

template <typename Real>
void product(const Real* a, std::size_t a_stride, const Real* b, std::size_t b_stride, Real* c, std::size_t c_stride,
             std::size_t rows, std::size_t inner, std::size_t columns, bool add) {
  const Factors<Real> factors{a, a_stride, 1, b, b_stride, inner};
  const auto end = [&](std::size_t row, std::size_t column, Vec<Real> sums) {
    store(c + row * c_stride + column, sums);
  };
  if (add) {
    multiply(
        factors, rows, columns, [&](std::size_t row, std::size_t column) { return load(c + row * c_stride + column); },
        end);
  } else {
    multiply(
        factors, rows, columns, [](std::size_t, std::size_t) { return Vec<Real>{}; }, end);
  }
}

template <typename Real>
void transpose(const Real* from, std::size_t from_stride, Real* into, std::size_t into_stride, std::size_t rows,
               std::size_t columns) {
  const auto whole_rows = rows / kLanes * kLanes;
  const auto whole_columns = columns / kLanes * kLanes;
  for (std::size_t row = 0; row < whole_rows; row += kLanes) {
    for (std::size_t column = 0; column < whole_columns; column += kLanes) {
      transpose_square(from + row * from_stride + column, from_stride, into + column * into_stride + row, into_stride);
    }
  }
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = row < whole_rows ? whole_columns : 0; column < columns; ++column) {
      into[column * into_stride + row] = from[row * from_stride + column];
    }
  }
}

#define AMPCF_INSTANTIATE(Real)                                                                                    \
  template void product<Real>(const Real*, std::size_t, const Real*, std::size_t, Real*, std::size_t, std::size_t, \
                              std::size_t, std::size_t, bool);                                                     \
  template void transpose<Real>(const Real*, std::size_t, Real*, std::size_t, std::size_t, std::size_t);
AMPCF_INSTANTIATE(float)
AMPCF_INSTANTIATE(double)
#undef AMPCF_INSTANTIATE

}  // namespace ampcf::kernels
