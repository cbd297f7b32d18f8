#pragma once

#include <cstddef>
#include <cstdint>

/// Sixteen floats with element-wise arithmetic whose result does not depend on the width of the machine's registers:
/// the compiler lowers the same sixteen lanes to one AVX-512, two AVX2 or four SSE operations. Sums over lanes follow
/// one fixed tree. With FMA the bits are the same on every machine; without it (x86-64-v2) they differ from those with
/// it.
namespace ampcf::kernels {

inline constexpr std::size_t kLanes = 16;

using Vec = float __attribute__((vector_size(64)));            // 16 floats
using IntVec = std::int32_t __attribute__((vector_size(64)));  // 16 integers

/// Numbers to allocate for `size` floats in whole vectors.
[[nodiscard]] constexpr std::size_t padded(std::size_t size) { return (size + kLanes - 1) / kLanes * kLanes; }

// Loads and stores through a type without alignment: rows are aligned in practice, but need not be.
using LooseVec = float __attribute__((vector_size(64), aligned(4), may_alias));
using LooseIntVec = std::int32_t __attribute__((vector_size(64), aligned(4), may_alias));

[[nodiscard]] inline Vec load(const float* from) { return *reinterpret_cast<const LooseVec*>(from); }
inline void store(float* into, Vec value) { *reinterpret_cast<LooseVec*>(into) = value; }
[[nodiscard]] inline IntVec load(const std::int32_t* from) { return *reinterpret_cast<const LooseIntVec*>(from); }
inline void store(std::int32_t* into, IntVec value) { *reinterpret_cast<LooseIntVec*>(into) = value; }
[[nodiscard]] inline Vec broadcast(float value) { return value - Vec{}; }

/// The sum of the lanes in one fixed order: halves are added until one lane is left.
[[nodiscard]] inline float sum(Vec v) {
  using Half = float __attribute__((vector_size(32)));
  using Quarter = float __attribute__((vector_size(16)));
  const Half half = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
                    __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
  const Quarter quarter =
      __builtin_shufflevector(half, half, 0, 1, 2, 3) + __builtin_shufflevector(half, half, 4, 5, 6, 7);
  return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
}

/// The dot product of two padded rows.
[[nodiscard]] inline float dot(const float* a, const float* b, std::size_t padded_size) {
  Vec total = load(a) * load(b);
  for (std::size_t i = kLanes; i < padded_size; i += kLanes) {
    total += load(a + i) * load(b + i);
  }
  return sum(total);
}

/// into += factor * row, over a padded row.
inline void add_scaled(float* into, float factor, const float* row, std::size_t padded_size) {
  for (std::size_t i = 0; i < padded_size; i += kLanes) {
    store(into + i, load(into + i) + factor * load(row + i));
  }
}

}  // namespace ampcf::kernels
