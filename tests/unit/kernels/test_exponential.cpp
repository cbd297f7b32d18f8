#include "ampcf/kernels/exponential.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace ampcf::kernels {

TEST(Exponential, IsWithinTwoRoundingsOfTheTrueValue) {
  for (float x = -86.0F; x < 87.0F; x += 0.0037F) {
    EXPECT_NEAR(exponential(x) / std::exp(static_cast<double>(x)), 1.0, 2e-7) << x;
  }
}

TEST(Exponential, OfZeroIsExactlyOne) { EXPECT_EQ(exponential(0.0F), 1.0F); }

TEST(Exponential, KeepsNaN) { EXPECT_TRUE(std::isnan(exponential(NAN))); }

TEST(Logarithm, IsWithinTwoRoundingsOfTheTrueValue) {
  for (double x = 1e-30; x < 1e30; x *= 1.013) {
    const auto value = static_cast<float>(x);
    const double expected = std::log(static_cast<double>(value));
    EXPECT_NEAR(logarithm(value), expected, 3e-7 * std::max(1.0, std::abs(expected))) << x;
  }
}

TEST(DoubleLogarithm, IsWithinAFewRoundingsOfTheTrueValue) {
  for (double x = 1e-300; x < 1e300; x *= 1.37) {
    EXPECT_NEAR(logarithm(x), std::log(x), 2e-15 * std::max(1.0, std::abs(std::log(x)))) << x;
  }
  EXPECT_EQ(logarithm(1.0), 0.0);
}

TEST(DoubleExponential, IsWithinAFewRoundingsOfTheTrueValue) {
  for (double x = -650.0; x < 650.0; x += 0.377) {
    EXPECT_NEAR(exponential(x) / std::exp(x), 1.0, 2e-14) << x;
  }
  EXPECT_TRUE(std::isnan(exponential(static_cast<double>(NAN))));
}

TEST(Power, IsWithinAFewRoundingsOfTheTrueValue) {
  for (const double x : {0.0, 1.0, 2.0, 3706.0, 1e6}) {
    for (const double y : {0.0, 0.25, 0.5, 1.0, 2.0}) {
      EXPECT_NEAR(power(x, y), std::pow(x, y), 1e-13 * std::pow(x, y)) << x << "^" << y;
    }
  }
}

TEST(Sum, AddsAllSixteenLanes) {
  Floats v;
  for (std::size_t i = 0; i < kLanes; ++i) {
    v.set(i, static_cast<float>(1U << i));
  }
  EXPECT_EQ(sum(v), 65535.0F);
}

}  // namespace ampcf::kernels
