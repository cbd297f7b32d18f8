#include "ampcf/sampling/negatives.hpp"

#include "ampcf/core/error.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace ampcf::sampling {

TEST(Negatives, FollowTheRaisedCounts) {
  const std::vector<std::uint64_t> counts{100, 25, 4, 1, 0};
  const NegativeSampler sampler({.count = 10, .power = 0.5}, counts, 1);
  std::vector<ItemIndex> negatives(10);
  std::vector<double> found(5);
  for (Position position = 0; position < 40000; ++position) {
    sampler.draw(0, position, 4, {}, negatives);
    for (const auto negative : negatives) {
      found[negative] += 1.0;
    }
  }
  double chi_square = 0.0;
  for (std::size_t item = 0; item < 4; ++item) {
    const double expected = 400000.0 * std::sqrt(static_cast<double>(counts[item])) / 18.0;
    chi_square += (found[item] - expected) * (found[item] - expected) / expected;
  }
  EXPECT_EQ(found[4], 0.0);
  EXPECT_LT(chi_square, 16.3);  // 3 degrees of freedom, 1 in 1,000
}

TEST(Negatives, OfPowerZeroReachItemsWithoutInteractions) {
  const NegativeSampler sampler({.count = 4, .power = 0.0}, std::vector<std::uint64_t>{5, 0, 0}, 1);
  std::vector<ItemIndex> negatives(4);
  std::vector<int> found(3);
  for (Position position = 0; position < 100; ++position) {
    sampler.draw(0, position, 0, {}, negatives);
    for (const auto negative : negatives) {
      ++found[negative];
    }
  }
  EXPECT_EQ(found[0], 0);
  EXPECT_GT(found[1], 0);
  EXPECT_GT(found[2], 0);
}

TEST(Negatives, NeverAreThePositiveNorSeenWhereSeenIsExcluded) {
  std::vector<std::uint64_t> counts(20, 3);
  counts[7] = 100000;
  const std::vector<ItemIndex> seen{1, 7, 9, 12};
  const NegativeSampler sampler({.count = 8, .power = 1.0, .is_seen_excluded = true}, counts, 5);
  const NegativeSampler careless({.count = 8, .power = 1.0}, counts, 5);
  std::vector<ItemIndex> negatives(8);
  bool is_seen_drawn = false;
  for (Position position = 0; position < 500; ++position) {
    sampler.draw(3, position, 1, seen, negatives);
    for (const auto negative : negatives) {
      EXPECT_FALSE(std::binary_search(seen.begin(), seen.end(), negative));
    }
    careless.draw(3, position, 1, seen, negatives);
    for (const auto negative : negatives) {
      EXPECT_NE(negative, 1U);
      is_seen_drawn |= negative == 7;
    }
  }
  EXPECT_TRUE(is_seen_drawn);
}

TEST(Negatives, EndEvenWhereTheUserHasConsumedEverything) {
  const std::vector<ItemIndex> seen{0, 1, 2};
  const NegativeSampler sampler({.count = 4, .power = 1.0, .is_seen_excluded = true},
                                std::vector<std::uint64_t>{1, 1, 1}, 5);
  std::vector<ItemIndex> negatives(4);
  sampler.draw(0, 0, 2, seen, negatives);
  for (const auto negative : negatives) {
    EXPECT_LT(negative, 2U);
  }
  const NegativeSampler lonely({.count = 4, .power = 1.0}, std::vector<std::uint64_t>{0, 9, 0}, 5);
  lonely.draw(0, 0, 1, {}, negatives);
  for (const auto negative : negatives) {
    EXPECT_NE(negative, 1U);
  }
}

TEST(Negatives, AreAFunctionOfSeedEpochAndPosition) {
  const std::vector<std::uint64_t> counts(1000, 1);
  const NegativeSampler sampler({}, counts, 5);
  const auto draw = [&](std::uint64_t epoch, Position position) {
    std::vector<ItemIndex> negatives(4);
    sampler.draw(epoch, position, 0, {}, negatives);
    return negatives;
  };
  EXPECT_EQ(draw(1, 2), draw(1, 2));
  EXPECT_NE(draw(1, 2), draw(2, 2));
  EXPECT_NE(draw(1, 2), draw(1, 3));
}

TEST(Negatives, NeedASecondItem) { EXPECT_THROW(NegativeSampler({}, std::vector<std::uint64_t>{5}, 1), UsageError); }

TEST(Negatives, AreTheSameWhereTheirFirstWordsAreKnown) {
  const std::vector<ItemIndex> seen{1, 2, 4, 5, 7, 9};  // of ten items: redraws are many
  const NegativeSampler sampler({.count = 3, .is_seen_excluded = true}, std::vector<std::uint64_t>(10, 1), 5);
  std::array<Position, 16> positions{};
  std::iota(positions.begin(), positions.end(), Position{100});
  std::vector<std::uint32_t> words(16 * sampler.words_per_position());
  sampler.first_words(2, positions, words);
  for (std::size_t i = 0; i < positions.size(); ++i) {
    std::vector<ItemIndex> with_words(3), without(3);
    sampler.draw(2, positions[i], 4, seen, with_words,
                 std::span(words).subspan(i * sampler.words_per_position(), sampler.words_per_position()));
    sampler.draw(2, positions[i], 4, seen, without);
    EXPECT_EQ(with_words, without) << i;
  }
}

}  // namespace ampcf::sampling
