#pragma once

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

/// Sixteen numbers with element-wise arithmetic whose result does not depend on the width of the machine's registers:
/// they lie in one AVX-512, two AVX2 or four SSE registers. Sums over lanes follow one fixed tree. With FMA the bits
/// are the same on every machine; without it (x86-64-v2) they differ from those with it. Everything is written for
/// float, and for double so that the tests can hold gradients against central differences.
namespace ampcf::kernels {

inline constexpr std::size_t kLanes = 16;
inline constexpr std::uint32_t kAllLanes = (1U << kLanes) - 1U;

#if defined(__AVX512F__)
inline constexpr std::size_t kRegisterBytes = 64;
#elif defined(__AVX2__)
inline constexpr std::size_t kRegisterBytes = 32;
#else
inline constexpr std::size_t kRegisterBytes = 16;
#endif

/// Made of the compiler's vectors no larger than a register: larger ones it keeps in memory, at a fraction of the
/// speed.
template <typename T>
struct Vec {
  static constexpr std::size_t kPartLanes = std::clamp<std::size_t>(kRegisterBytes / sizeof(T), 4, kLanes);
  static constexpr std::size_t kParts = kLanes / kPartLanes;
  // GCC takes these attributes on a typedef of a dependent type, not on an alias. Loose vectors load and store
  // anywhere: rows are aligned in practice, but need not be. NOLINTBEGIN(modernize-use-using)
  typedef T Part __attribute__((vector_size(kPartLanes * sizeof(T))));
  typedef T Loose __attribute__((vector_size(kPartLanes * sizeof(T)), aligned(sizeof(T)), may_alias));
  // NOLINTEND(modernize-use-using)

  Part parts[kParts];  // NOLINT(modernize-avoid-c-arrays): std::array would lose the attributes

  /// Part p is f(p), p a constant.
  template <typename F>
  [[nodiscard, gnu::always_inline]] static inline Vec make(const F& f) {
    return [&]<std::size_t... kPart>(std::index_sequence<kPart...>) __attribute__((always_inline)) {
      return Vec{{f(std::integral_constant<std::size_t, kPart>())...}};
    }
    (std::make_index_sequence<kParts>());
  }

  [[nodiscard]] T operator[](std::size_t lane) const { return parts[lane / kPartLanes][lane % kPartLanes]; }
  void set(std::size_t lane, T value) { parts[lane / kPartLanes][lane % kPartLanes] = value; }

#define AMPCF_OPERATOR(op)                                                                      \
  [[nodiscard, gnu::always_inline]] friend inline Vec operator op(const Vec& a, const Vec& b) { \
    return make([&](auto p) { return a.parts[p] op b.parts[p]; });                              \
  }                                                                                             \
  [[nodiscard, gnu::always_inline]] friend inline Vec operator op(const Vec& a, T b) {          \
    return make([&](auto p) { return a.parts[p] op b; });                                       \
  }                                                                                             \
  [[nodiscard, gnu::always_inline]] friend inline Vec operator op(T a, const Vec& b) {          \
    return make([&](auto p) { return a op b.parts[p]; });                                       \
  }                                                                                             \
  template <typename B>                                                                         \
  [[gnu::always_inline]] inline Vec& operator op##=(const B& b) {                               \
    return *this = *this op b;                                                                  \
  }
  AMPCF_OPERATOR(+)
  AMPCF_OPERATOR(-)
  AMPCF_OPERATOR(*)
  AMPCF_OPERATOR(/)
  AMPCF_OPERATOR(&)
  AMPCF_OPERATOR(|)
  AMPCF_OPERATOR(^)
  AMPCF_OPERATOR(<<)
  AMPCF_OPERATOR(>>)
#undef AMPCF_OPERATOR
  [[nodiscard, gnu::always_inline]] friend inline Vec operator-(const Vec& a) {
    return make([&](auto p) { return -a.parts[p]; });
  }
};

using Floats = Vec<float>;
using Integers = Vec<std::int32_t>;
using Bits = Vec<std::uint32_t>;

/// Numbers to allocate for `size` numbers in whole vectors.
[[nodiscard]] constexpr std::size_t padded(std::size_t size) { return (size + kLanes - 1) / kLanes * kLanes; }

template <typename T>
[[nodiscard, gnu::always_inline]] inline Vec<T> load(const T* from) {
  using V = Vec<T>;
  return V::make([&](auto p) ->
                 typename V::Part { return *reinterpret_cast<const typename V::Loose*>(from + p * V::kPartLanes); });
}

template <typename T>
[[gnu::always_inline]] inline void store(T* into, const Vec<T>& value) {
  using V = Vec<T>;
  [&]<std::size_t... kPart>(std::index_sequence<kPart...>) __attribute__((always_inline)) {
    ((*reinterpret_cast<typename V::Loose*>(into + kPart * V::kPartLanes) = value.parts[kPart]), ...);
  }
  (std::make_index_sequence<V::kParts>());
}

template <typename T>
[[nodiscard, gnu::always_inline]] inline Vec<T> broadcast(T value) {
  return value - Vec<T>{};
}

/// The larger of each pair, b where they are not ordered.
template <typename T>
[[nodiscard, gnu::always_inline]] inline Vec<T> max(const Vec<T>& a, const Vec<T>& b) {
  return Vec<T>::make([&](auto p) { return a.parts[p] > b.parts[p] ? a.parts[p] : b.parts[p]; });
}

/// The smaller of each pair, b where they are not ordered.
template <typename T>
[[nodiscard, gnu::always_inline]] inline Vec<T> min(const Vec<T>& a, const Vec<T>& b) {
  return Vec<T>::make([&](auto p) { return a.parts[p] < b.parts[p] ? a.parts[p] : b.parts[p]; });
}

/// -1 where a number is less than another, else 0.
[[nodiscard, gnu::always_inline]] inline Integers is_less(const Floats& a, const Floats& b) {
  return Integers::make([&](auto p) -> Integers::Part { return a.parts[p] < b.parts[p]; });
}

/// -1 where two are equal, else 0.
template <typename T>
[[nodiscard, gnu::always_inline]] inline Integers is_equal(const Vec<T>& a, const Vec<T>& b) {
  return Integers::make([&](auto p) -> Integers::Part { return a.parts[p] == b.parts[p]; });
}

/// a where `mask` is -1, b where it is 0.
[[nodiscard, gnu::always_inline]] inline Floats select(const Integers& mask, const Floats& a, const Floats& b) {
  return Floats::make([&](auto p) { return mask.parts[p] ? a.parts[p] : b.parts[p]; });
}

/// The same bits as numbers of another type.
template <typename To, typename From>
[[nodiscard, gnu::always_inline]] inline Vec<To> bits_as(const Vec<From>& v) {
  return Vec<To>::make([&](auto p) { return reinterpret_cast<typename Vec<To>::Part>(v.parts[p]); });
}

/// The same numbers in another type.
template <typename To, typename From>
[[nodiscard, gnu::always_inline]] inline Vec<To> convert(const Vec<From>& v) {
  return Vec<To>::make([&](auto p) { return __builtin_convertvector(v.parts[p], typename Vec<To>::Part); });
}

// What follows names the instruction: of a loop over lanes compilers make parts of a register, which then pass through
// memory, where they take the machine for one that is faster with narrow registers (GCC every Intel one).
namespace detail {

#if defined(__AVX512F__)  // with a mask of all lanes: GCC 12 warns of what the plain ones leave undefined (bug 105593)
[[nodiscard, gnu::always_inline]] inline __m512i nearest(__m512 v) { return _mm512_maskz_cvtps_epi32(0xFFFF, v); }
[[nodiscard, gnu::always_inline]] inline __m512 square_root(__m512 v) { return _mm512_maskz_sqrt_ps(0xFFFF, v); }
[[nodiscard, gnu::always_inline]] inline unsigned lanes_less(__m512 a, __m512 b) {
  return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ);
}
#elif defined(__AVX2__)
[[nodiscard, gnu::always_inline]] inline __m256i nearest(__m256 v) { return _mm256_cvtps_epi32(v); }
[[nodiscard, gnu::always_inline]] inline __m256 square_root(__m256 v) { return _mm256_sqrt_ps(v); }
[[nodiscard, gnu::always_inline]] inline unsigned lanes_less(__m256 a, __m256 b) {
  return static_cast<unsigned>(_mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_LT_OQ)));
}
#else
[[nodiscard, gnu::always_inline]] inline __m128i nearest(__m128 v) { return _mm_cvtps_epi32(v); }
[[nodiscard, gnu::always_inline]] inline __m128 square_root(__m128 v) { return _mm_sqrt_ps(v); }
[[nodiscard, gnu::always_inline]] inline unsigned lanes_less(__m128 a, __m128 b) {
  return static_cast<unsigned>(_mm_movemask_ps(_mm_cmplt_ps(a, b)));
}
#endif

}  // namespace detail

/// The nearest integers, of two equally near the even one, of numbers whose nearest integers have 32 bits.
[[nodiscard, gnu::always_inline]] inline Integers nearest(const Floats& v) {
  return Integers::make([&](auto p) { return reinterpret_cast<Integers::Part>(detail::nearest(v.parts[p])); });
}
[[nodiscard, gnu::always_inline]] inline std::int32_t nearest(float value) { return _mm_cvtss_si32(_mm_set_ss(value)); }

/// Square roots, rounded as IEEE 754 has it.
[[nodiscard, gnu::always_inline]] inline Floats square_root(const Floats& v) {
  return Floats::make([&](auto p) -> Floats::Part { return detail::square_root(v.parts[p]); });
}
[[nodiscard]] inline float square_root(float value) { return std::sqrt(value); }

/// Bit i says whether lane i of one is less than that of another.
[[nodiscard, gnu::always_inline]] inline std::uint32_t lanes_less(const Floats& a, const Floats& b) {
  std::uint32_t bits = 0;
  for (std::size_t p = 0; p < Floats::kParts; ++p) {
    bits |= detail::lanes_less(a.parts[p], b.parts[p]) << (p * Floats::kPartLanes);
  }
  return bits;
}

/// The sum of the lanes in one fixed order: halves are added until one lane is left.
template <typename T>
[[nodiscard]] inline T sum(const Vec<T>& v) {
  std::array<T, kLanes> lanes;
  store(lanes.data(), v);
  for (std::size_t half = kLanes / 2; half > 0; half /= 2) {
    for (std::size_t lane = 0; lane < half; ++lane) {
      lanes[lane] += lanes[lane + half];
    }
  }
  return lanes[0];
}

/// The largest lane.
template <typename T>
[[nodiscard]] inline T largest(const Vec<T>& v) {
  T result = v[0];
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
