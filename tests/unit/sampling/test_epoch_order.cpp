#include "ampcf/sampling/epoch_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <vector>

namespace ampcf::sampling {

namespace {

std::vector<std::uint32_t> order_of(std::size_t size, std::uint64_t seed, std::uint64_t shard, std::uint64_t epoch) {
  std::vector<std::uint32_t> order(size);
  std::iota(order.begin(), order.end(), 0U);
  shuffle(std::span(order), seed, shard, epoch);
  return order;
}

}  // namespace

TEST(EpochOrder, VisitsEveryInteractionOnce) {
  auto order = order_of(1000, 1, 2, 3);
  std::sort(order.begin(), order.end());
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    EXPECT_EQ(order[i], i);
  }
}

TEST(EpochOrder, IsAFunctionOfSeedShardAndEpoch) {
  EXPECT_EQ(order_of(100, 1, 2, 3), order_of(100, 1, 2, 3));
  EXPECT_NE(order_of(100, 1, 2, 3), order_of(100, 2, 2, 3));
  EXPECT_NE(order_of(100, 1, 2, 3), order_of(100, 1, 3, 3));
  EXPECT_NE(order_of(100, 1, 2, 3), order_of(100, 1, 2, 4));
}

TEST(EpochOrder, GivesEveryPermutationTheSameChance) {
  std::map<std::vector<std::uint32_t>, int> counts;
  const int epochs = 24000;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    ++counts[order_of(4, 7, 0, static_cast<std::uint64_t>(epoch))];
  }
  ASSERT_EQ(counts.size(), 24U);
  double chi_square = 0.0;
  for (const auto& [order, count] : counts) {
    chi_square += (count - 1000.0) * (count - 1000.0) / 1000.0;
  }
  EXPECT_LT(chi_square, 49.7);  // 23 degrees of freedom, 1 in 1,000
}

TEST(EpochOrder, OfNothingIsNothing) { EXPECT_TRUE(order_of(0, 1, 1, 1).empty()); }

}  // namespace ampcf::sampling
