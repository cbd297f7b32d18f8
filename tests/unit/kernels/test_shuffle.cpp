#include "ampcf/kernels/shuffle.hpp"

#include <gtest/gtest.h>

namespace ampcf::kernels {

namespace {

template <typename Real>
Square<Real> some_square() {
  Square<Real> square;
  for (std::size_t i = 0; i < kLanes; ++i) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      square[i].set(lane, Real{1} / static_cast<Real>(1 + 7 * i + 3 * lane * lane));
    }
  }
  return square;
}

}  // namespace

TEST(Shuffle, SumsSixteenVectorsToTheBitsOfOneByOne) {
  const auto square = some_square<float>();
  const auto sums = sums_of_lanes<float>(square);
  for (std::size_t i = 0; i < kLanes; ++i) {
    EXPECT_EQ(sums[i], sum(square[i]));
  }
}

TEST(Shuffle, TransposesFloatsAndDoubles) {
  const auto floats = some_square<float>();
  const auto doubles = some_square<double>();
  auto transposed_floats = floats;
  auto transposed_doubles = doubles;
  transpose<float>(transposed_floats);
  transpose<double>(transposed_doubles);
  for (std::size_t i = 0; i < kLanes; ++i) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      EXPECT_EQ(transposed_floats[i][lane], floats[lane][i]);
      EXPECT_EQ(transposed_doubles[i][lane], doubles[lane][i]);
    }
  }
}

}  // namespace ampcf::kernels
