#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

/// Sixteen numbers with element-wise arithmetic whose result does not depend on the width of the machine's registers:
/// the compiler lowers the same sixteen lanes to one AVX-512, two AVX2 or four SSE operations. Sums over lanes follow
/// one fixed tree. With FMA the bits are the same on every machine; without it (x86-64-v2) they differ from those with
/// it. Everything is written for float, and for double so that the tests can hold gradients against central
/// differences.
namespace ampcf::kernels {

inline constexpr std::size_t kLanes = 16;

// GCC takes these attributes on a typedef of a dependent type, not on an alias. Loose vectors load and store anywhere:
// rows are aligned in practice, but need not be. NOLINTBEGIN(modernize-use-using)
template <typename Real>
struct VectorOf {
  typedef Real Type __attribute__((vector_size(kLanes * sizeof(Real))));
  typedef Real Loose __attribute__((vector_size(kLanes * sizeof(Real)), aligned(sizeof(Real)), may_alias));
  typedef Real Half __attribute__((vector_size(8 * sizeof(Real))));
  typedef Real Quarter __attribute__((vector_size(4 * sizeof(Real))));
};
// NOLINTEND(modernize-use-using)

template <typename Real>
using Vec = typename VectorOf<Real>::Type;

using Floats = Vec<float>;
using Integers = Vec<std::int32_t>;

/// Numbers to allocate for `size` numbers in whole vectors.
[[nodiscard]] constexpr std::size_t padded(std::size_t size) { return (size + kLanes - 1) / kLanes * kLanes; }

template <typename Real>
[[nodiscard]] inline Vec<Real> load(const Real* from) {
  return *reinterpret_cast<const typename VectorOf<Real>::Loose*>(from);
}

template <typename Real>
inline void store(Real* into, Vec<Real> value) {
  *reinterpret_cast<typename VectorOf<Real>::Loose*>(into) = value;
}

template <typename Real>
[[nodiscard]] inline Vec<Real> broadcast(Real value) {
  return value - Vec<Real>{};
}

/// The nearest integers, of two equally near the even ones, of numbers whose nearest integers have 32 bits. (Compilers
/// vectorise this over arrays, not over lanes.)
[[nodiscard]] inline Integers nearest(Floats v) {
  const auto values = std::bit_cast<std::array<float, kLanes>>(v);
  std::array<std::int32_t, kLanes> integers;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    integers[lane] = static_cast<std::int32_t>(std::rint(values[lane]));
  }
  return std::bit_cast<Integers>(integers);
}

/// The sum of the lanes in one fixed order: halves are added until one lane is left.
template <typename Real>
[[nodiscard]] inline Real sum_lanes(Vec<Real> v) {
  const typename VectorOf<Real>::Half half = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
                                             __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
  const typename VectorOf<Real>::Quarter quarter =
      __builtin_shufflevector(half, half, 0, 1, 2, 3) + __builtin_shufflevector(half, half, 4, 5, 6, 7);
  return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
}

[[nodiscard]] inline float sum(Vec<float> v) { return sum_lanes<float>(v); }
[[nodiscard]] inline double sum(Vec<double> v) { return sum_lanes<double>(v); }

/// The largest lane.
template <typename V>
[[nodiscard]] inline auto largest(V v) {
  auto result = v[0] + 0;
  for (std::size_t lane = 1; lane < kLanes; ++lane) {
    result = v[lane] > result ? v[lane] : result;
  }
  return result;
}

/// The dot product of two padded rows.
template <typename Real>
[[nodiscard]] inline Real dot(const Real* a, const Real* b, std::size_t padded_size) {
  Vec<Real> total = load(a) * load(b);
  for (std::size_t i = kLanes; i < padded_size; i += kLanes) {
    total += load(a + i) * load(b + i);
  }
  return sum(total);
}

}  // namespace ampcf::kernels
