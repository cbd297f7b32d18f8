#pragma once

#include "ampcf/kernels/vector.hpp"

/// exp and log of our own: libm's versions pick their code by the processor at run time, and a model must not depend on
/// that. Of floats by polynomials: relative error below 2e-7 for exp, absolute below 3e-7 * max(1, |log x|) for log.
/// Source of the polynomials: Cephes (Moshier), expf and logf.
namespace ampcf::kernels {

[[nodiscard, gnu::always_inline]] inline Floats exponential(Floats x) {
  const Floats low = broadcast(-87.0F);
  const Floats high = broadcast(88.0F);
  x = max(low, x);  // not a number stays
  x = min(high, x);
  // x = n ln 2 + f with |f| <= ln 2 / 2; adding 1.5 * 2^23 rounds to the nearest integer.
  const Floats magic = broadcast(12582912.0F);
  const Floats shifted = x * 1.44269504088896341F + magic;
  const Floats n = shifted - magic;
  const Floats f = (x - n * 0.693359375F) - n * -2.12194440e-4F;
  Floats p = broadcast(1.9875691500e-4F);
  p = p * f + 1.3981999507e-3F;
  p = p * f + 8.3334519073e-3F;
  p = p * f + 4.1665795894e-2F;
  p = p * f + 1.6666665459e-1F;
  p = p * f + 5.0000001201e-1F;
  p = p * (f * f) + f + 1.0F;
  const Integers exponent = (convert<std::int32_t>(n) + 127) << 23;
  return p * bits_as<float>(exponent);
}

[[nodiscard]] inline float exponential(float x) { return exponential(broadcast(x))[0]; }

/// Natural logarithm of lanes above 1e-37; smaller ones count as 1e-37.
[[nodiscard, gnu::always_inline]] inline Floats logarithm(Floats x) {
  const Floats tiny = broadcast(1e-37F);
  x = max(x, tiny);
  const Integers bits = bits_as<std::int32_t>(x);
  // x = 2^e m with m in [sqrt(1/2), sqrt(2)).
  Integers e = (bits >> 23) - 126;
  const Integers mantissa = (bits & 0x007FFFFF) | 0x3F000000;
  Floats m = bits_as<float>(mantissa);
  const Integers is_small = is_less(m, broadcast(0.707106781186547524F));
  e += is_small;  // -1 where true
  m = select(is_small, m + m, m);
  m -= 1.0F;
  const Floats scale = convert<float>(e);
  const Floats square = m * m;
  Floats p = broadcast(7.0376836292e-2F);
  p = p * m - 1.1514610310e-1F;
  p = p * m + 1.1676998740e-1F;
  p = p * m - 1.2420140846e-1F;
  p = p * m + 1.4249322787e-1F;
  p = p * m - 1.6668057665e-1F;
  p = p * m + 2.0000714765e-1F;
  p = p * m - 2.4999993993e-1F;
  p = p * m + 3.3333331174e-1F;
  p = p * m * square;
  p = p + scale * -2.12194440e-4F - square * 0.5F;
  return m + p + scale * 0.693359375F;
}

[[nodiscard]] inline float logarithm(float x) { return logarithm(broadcast(x))[0]; }

/// The same of one double, to a relative error of about 1e-15: x = 2^e m with m in [sqrt(1/2), sqrt(2)), and
/// log m = 2 artanh((m - 1) / (m + 1)). For finite x > 0.
[[nodiscard]] double logarithm(double x);

/// e^x = 2^n e^f with |f| <= ln 2 / 2, by Taylor's series; x is limited to +-700.
[[nodiscard]] double exponential(double x);

/// x^y for x >= 0; 0^0 is 1.
[[nodiscard]] double power(double x, double y);

[[nodiscard]] inline Vec<double> exponential(Vec<double> x) {
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    x.set(lane, exponential(x[lane]));
  }
  return x;
}

[[nodiscard]] inline Vec<double> logarithm(Vec<double> x) {
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    x.set(lane, logarithm(x[lane]));
  }
  return x;
}

}  // namespace ampcf::kernels
