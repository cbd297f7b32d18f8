#include "ampcf/kernels/vector.hpp"

#include "ampcf/kernels/exponential.hpp"
#include "ampcf/kernels/product.hpp"
#include "ampcf/kernels/shuffle.hpp"
#include "ampcf/random/philox.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

namespace ampcf::kernels {

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

std::vector<float> random_numbers(std::size_t size) {
  random::Draws draws(5, random::Stream::generation, 0);
  std::vector<float> values(size);
  for (auto& value : values) {
    value = static_cast<float>(draws.next_unit() * 8.0 - 4.0);
  }
  return values;
}

// FNV-1a of the bits.
void hash(std::uint64_t& state, std::span<const float> numbers) {
  for (const float number : numbers) {
    state = (state ^ std::bit_cast<std::uint32_t>(number)) * 0x100000001B3U;
  }
}

Floats of(float even, float odd) {
  Floats v;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    v.set(lane, lane % 2 == 0 ? even : odd);
  }
  return v;
}

}  // namespace

TEST(Vector, IsOfRegistersOfTheMachine) {
  EXPECT_EQ(sizeof(Floats), kLanes * sizeof(float));
  EXPECT_LE(sizeof(Floats::Part), kRegisterBytes);
  EXPECT_LE(sizeof(Bits::Part), kRegisterBytes);
}

TEST(Vector, ComputesEachLane) {
  const auto numbers = random_numbers(2 * kLanes);
  const Floats a = load(numbers.data()), b = load(numbers.data() + kLanes);
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const float x = numbers[lane], y = numbers[kLanes + lane];
    EXPECT_EQ((a + b)[lane], x + y);
    EXPECT_EQ((a - 2.0F)[lane], x - 2.0F);
    EXPECT_EQ((2.0F / a)[lane], 2.0F / x);
    EXPECT_EQ((-a)[lane], -x);
    EXPECT_EQ(max(a, b)[lane], std::max(x, y));
    EXPECT_EQ(min(a, b)[lane], std::min(x, y));
    EXPECT_EQ(is_less(a, b)[lane], x < y ? -1 : 0);
    EXPECT_EQ(lanes_less(a, b) >> lane & 1U, x < y ? 1U : 0U);
    EXPECT_EQ(select(is_less(a, b), a, b)[lane], std::min(x, y));
    EXPECT_EQ(bits_as<std::uint32_t>(a)[lane], std::bit_cast<std::uint32_t>(x));
    EXPECT_EQ(nearest(a)[lane], static_cast<std::int32_t>(std::rint(x)));
    EXPECT_EQ(convert<float>(nearest(a))[lane], std::rint(x));
    EXPECT_EQ(square_root(a * a)[lane], std::sqrt(x * x));
  }
}

TEST(Vector, TakesTheSecondOfTwoThatAreNotOrdered) {
  EXPECT_EQ(max(of(kNan, 1.0F), of(2.0F, kNan))[0], 2.0F);
  EXPECT_TRUE(std::isnan(max(of(kNan, 1.0F), of(2.0F, kNan))[1]));
  EXPECT_EQ(min(of(kNan, 1.0F), of(2.0F, kNan))[0], 2.0F);
  EXPECT_TRUE(std::isnan(min(of(kNan, 1.0F), of(2.0F, kNan))[1]));
}

TEST(Vector, RoundsHalvesToEven) {
  EXPECT_EQ(nearest(of(0.5F, 1.5F))[0], 0);
  EXPECT_EQ(nearest(of(0.5F, 1.5F))[1], 2);
  EXPECT_EQ(nearest(of(-2.5F, 8388609.0F))[0], -2);
  EXPECT_EQ(nearest(of(-2.5F, 8388609.0F))[1], 8388609);
}

TEST(Vector, GivesTheSameBitsOnEveryMachineThatMultipliesAndAddsInOne) {
#if !defined(__FMA__) || !defined(__OPTIMIZE__) || defined(__clang__) || __GNUC__ != 12
  GTEST_SKIP() << "the number below is that of GCC 12 with such instructions";
#endif
  constexpr std::size_t kSize = 64;
  const auto a = random_numbers(kSize * kSize);
  std::vector<float> b(a.rbegin(), a.rend()), c(kSize * kSize);
  std::uint64_t state = 0xCBF29CE484222325U;
  product(a.data(), kSize, b.data(), kSize, c.data(), kSize, kSize, kSize, kSize);
  hash(state, c);
  for (std::size_t i = 0; i < a.size(); i += kLanes) {
    store(c.data() + i, exponential(load(a.data() + i)));
    store(b.data() + i, logarithm(load(c.data() + i) + 1e-3F));
  }
  hash(state, b);
  for (std::size_t i = 0; i < a.size(); i += kLanes * kLanes) {
    Square<float> square;
    for (std::size_t row = 0; row < kLanes; ++row) {
      square[row] = load(a.data() + i + row * kLanes);
    }
    store(c.data() + i, sums_of_lanes<float>(square));
    c[i + kLanes] = dot(a.data(), a.data() + i, kLanes * kLanes);
  }
  hash(state, c);
  EXPECT_EQ(state, 17672343670984085554U);
}

}  // namespace ampcf::kernels
