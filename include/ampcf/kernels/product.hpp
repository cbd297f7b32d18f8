#pragma once

#include <cstddef>

/// Matrix products of which every element is one chain of multiply-adds over the inner index in rising order: an
/// element's bits depend neither on its neighbours, nor on blocking, nor on the machine's caches. That is what lets
/// users be divided over any number of ranks. All matrices are row-major; `stride` counts numbers between rows.
/// Real is float or double.
namespace ampcf::kernels {

/// c (rows, columns) = a (rows, inner) * b (inner, columns), or += when `add`. columns and c's, b's strides are
/// multiples of 16.
template <typename Real>
void product(const Real* a, std::size_t a_stride, const Real* b, std::size_t b_stride, Real* c, std::size_t c_stride,
             std::size_t rows, std::size_t inner, std::size_t columns, bool add = false);

/// c (rows, columns) += sum over n < count of a[n]^T (rows) * b[n] (columns): a (count, rows), b (count, columns).
template <typename Real>
void add_outer_products(const Real* a, std::size_t a_stride, const Real* b, std::size_t b_stride, Real* c,
                        std::size_t c_stride, std::size_t count, std::size_t rows, std::size_t columns);

/// into (columns, into_stride) = transpose of from (rows, columns).
template <typename Real>
void transpose(const Real* from, std::size_t from_stride, Real* into, std::size_t into_stride, std::size_t rows,
               std::size_t columns);

}  // namespace ampcf::kernels
