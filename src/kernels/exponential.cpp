#include "ampcf/kernels/exponential.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ampcf::kernels {

namespace {

// ln 2 in two parts, the first with zeros enough at its end for exact products with exponents.
constexpr double kHighLn2 = 0x1.62e42fee00000p-1;
constexpr double kLowLn2 = 0x1.a39ef35793c76p-33;

}  // namespace

double logarithm(double x) {
  int exponent = 0;
  double m = std::frexp(x, &exponent);
  if (m < std::numbers::sqrt2 / 2.0) {
    m *= 2.0;
    --exponent;
  }
  const double s = (m - 1.0) / (m + 1.0);
  const double z = s * s;
  double series = 0.0;
  for (int odd = 23; odd >= 3; odd -= 2) {  // z <= 0.0295: the next term is below 1e-17
    series = (series + 1.0 / odd) * z;
  }
  return exponent * kHighLn2 + (2.0 * s + (2.0 * s * series + exponent * kLowLn2));
}

double exponential(double x) {
  x = x > 700.0 ? 700.0 : x;  // NaN stays
  x = x < -700.0 ? -700.0 : x;
  const double n = std::nearbyint(x / std::numbers::ln2);
  const double f = (x - n * kHighLn2) - n * kLowLn2;
  double series = 1.0;
  for (int k = 14; k >= 1; --k) {  // |f| <= 0.347: the next term is below 1e-18
    series = 1.0 + series * f / k;
  }
  return std::isnan(x) ? x : std::ldexp(series, static_cast<int>(n));
}

double power(double x, double y) {
  if (y == 0.0 || x == 1.0) {
    return 1.0;
  }
  return x == 0.0 ? 0.0 : exponential(y * logarithm(x));
}

}  // namespace ampcf::kernels
