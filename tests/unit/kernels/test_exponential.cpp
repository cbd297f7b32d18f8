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

TEST(Sum, AddsAllSixteenLanes) {
  Floats v;
  for (std::size_t i = 0; i < kLanes; ++i) {
    v[i] = static_cast<float>(1U << i);
  }
  EXPECT_EQ(sum(v), 65535.0F);
}

}  // namespace ampcf::kernels
