#include "report/chart/thinning.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace ampcf::report {

namespace {

constexpr double kGap = std::numeric_limits<double>::quiet_NaN();

struct Curve {
  std::vector<double> x;
  std::vector<double> y;
};

Curve wave(std::size_t points) {
  Curve curve;
  for (std::size_t i = 0; i < points; ++i) {
    curve.x.push_back(static_cast<double>(i));
    curve.y.push_back(std::sin(static_cast<double>(i) / 50.0));
  }
  return curve;
}

}  // namespace

TEST(Thinning, LeavesShortCurvesAlone) {
  EXPECT_THAT(thinned({1, 2, 3}, {4, kGap, 6}, 3), ::testing::ElementsAre(0, 1, 2));
  EXPECT_THAT(thinned({}, {}, 3), ::testing::IsEmpty());
}

TEST(Thinning, KeepsTheEndsAndTheOrderAndNoMoreThanAsked) {
  for (const std::size_t points : {5U, 100U, 101U, 5000U}) {
    for (const std::size_t most : {3U, 4U, 50U, 99U}) {
      const auto curve = wave(points);
      const auto kept = thinned(curve.x, curve.y, most);
      EXPECT_EQ(kept.size(), std::min(points, most));
      EXPECT_EQ(kept.front(), 0U);
      EXPECT_EQ(kept.back(), points - 1);
      EXPECT_TRUE(std::is_sorted(kept.begin(), kept.end(), std::less_equal<>()));
    }
  }
}

TEST(Thinning, KeepsASinglePeak) {
  auto curve = wave(10000);
  curve.y[7321] = 40.0;
  EXPECT_THAT(thinned(curve.x, curve.y, 50), ::testing::Contains(7321));
}

TEST(Thinning, NeverKeepsAGapOfALongCurve) {
  auto curve = wave(1000);
  curve.y[0] = curve.y[500] = curve.y[999] = kGap;
  for (const auto i : thinned(curve.x, curve.y, 900)) {
    EXPECT_FALSE(std::isnan(curve.y[i]));
  }
}

}  // namespace ampcf::report
