#pragma once

#include <cstddef>

/// Matrix products whose bits do not depend on how rows are divided: see tile.hpp. That is what lets users be divided
/// over any number of ranks. All matrices are row-major; `stride` counts numbers between rows. Real is float or double.
namespace ampcf::kernels {

/// c (rows, columns) = a (rows, inner) * b (inner, columns), or += when `add`. `columns` is a multiple of 16.
template <typename Real>
void product(const Real* a, std::size_t a_stride, const Real* b, std::size_t b_stride, Real* c, std::size_t c_stride,
             std::size_t rows, std::size_t inner, std::size_t columns, bool add = false);

/// into (columns, into_stride) = transpose of from (rows, columns).
template <typename Real>
void transpose(const Real* from, std::size_t from_stride, Real* into, std::size_t into_stride, std::size_t rows,
               std::size_t columns);

}  // namespace ampcf::kernels
