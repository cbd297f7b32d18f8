#include "ampcf/evaluation/placement.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/random/philox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace ampcf::evaluation {

namespace {

using ::testing::ElementsAre;
using Items = std::vector<ItemIndex>;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Few different values, so that ties are many.
std::vector<float> scores_with_ties(std::size_t items, std::uint64_t seed) {
  random::Draws draws(seed, random::Stream::generation, 0);
  std::vector<float> scores(items);
  std::generate(scores.begin(), scores.end(), [&] { return static_cast<float>(draws.next_below(7)); });
  return scores;
}

}  // namespace

TEST(Sampled, RanksThePositiveAmongItsCandidatesAlone) {
  const std::vector<float> scores{5, 1, 3, 3, 9, 3};
  EXPECT_EQ(rank_among_candidates(scores, 2, Items{1, 3, 4}), (TiedRank{1, 1}));
  EXPECT_EQ(rank_among_candidates(scores, 2, Items{}), (TiedRank{0, 0}));
}

TEST(Full, LeavesOutWhatTheUserConsumed) {
  const std::vector<float> scores{5, 1, 3, 3, 9, 3};
  EXPECT_EQ(rank_in_catalogue(scores, 2, Items{}), (TiedRank{2, 2}));
  EXPECT_EQ(rank_in_catalogue(scores, 2, Items{0, 1, 3}), (TiedRank{1, 1}));
}

TEST(Full, AlwaysRanksThePositiveEvenWhereItWasConsumed) {
  const std::vector<float> scores{5, 1, 3, 3, 9, 3};
  EXPECT_EQ(rank_in_catalogue(scores, 2, Items{2, 3}), (TiedRank{2, 1}));
}

TEST(Full, EqualsTheSampledRankAgainstEveryOtherItem) {
  const auto scores = scores_with_ties(200, 1);
  Items others(199);
  std::iota(others.begin(), others.end(), 1U);
  EXPECT_EQ(rank_in_catalogue(scores, 0, Items{}), rank_among_candidates(scores, 0, others));
}

TEST(Full, DoesNotDependOnHowItemsAreNumbered) {
  const auto scores = scores_with_ties(100, 2);
  const Items left_out{3, 20, 21, 64};
  const auto moved = [](ItemIndex item) { return (item * 37 + 11) % 100; };  // a permutation: gcd(37, 100) = 1
  std::vector<float> moved_scores(100);
  Items moved_left_out;
  for (ItemIndex item = 0; item < 100; ++item) {
    moved_scores[moved(item)] = scores[item];
  }
  std::transform(left_out.begin(), left_out.end(), std::back_inserter(moved_left_out), moved);
  std::sort(moved_left_out.begin(), moved_left_out.end());
  for (ItemIndex positive = 0; positive < 100; ++positive) {
    EXPECT_EQ(rank_in_catalogue(scores, positive, left_out),
              rank_in_catalogue(moved_scores, moved(positive), moved_left_out));
  }
}

TEST(Scores, MayBeInfiniteButNotNaN) {
  const std::vector<float> infinite{kInfinity, 0, -kInfinity, -kInfinity};
  EXPECT_EQ(rank_in_catalogue(infinite, 2, Items{}), (TiedRank{2, 1}));
  EXPECT_THAT(best_items(infinite, Items{}, 9), ElementsAre(0, 1, 2, 3));
  const std::vector<float> broken{1, NAN, 2};
  EXPECT_THROW((void)rank_in_catalogue(broken, 0, Items{}), RuntimeError);
  EXPECT_THROW((void)rank_among_candidates(broken, 0, Items{1}), RuntimeError);
  EXPECT_THROW((void)rank_among_candidates(broken, 1, Items{0}), RuntimeError);
  EXPECT_THROW((void)best_items(broken, Items{}, 1), RuntimeError);
}

TEST(BestItems, AreThoseOfASortByScoreThenIndexLessTheConsumedOnes) {
  const auto scores = scores_with_ties(300, 3);
  const Items left_out{0, 1, 2, 50, 51, 299};
  Items expected;
  for (ItemIndex item = 0; item < 300; ++item) {
    if (!std::binary_search(left_out.begin(), left_out.end(), item)) {
      expected.push_back(item);
    }
  }
  std::stable_sort(expected.begin(), expected.end(), [&](auto a, auto b) { return scores[a] > scores[b]; });
  EXPECT_EQ(best_items(scores, left_out, 1000), expected);
  EXPECT_EQ(best_items(scores, left_out, 30), Items(expected.begin(), expected.begin() + 30));
  EXPECT_TRUE(best_items(scores, left_out, 0).empty());
}

TEST(Lists, RankUnlistedItemsTiedBelowAllListedOnes) {
  const Items items{7, 3, 5};
  const std::vector<double> scores{0.9, 0.5, 0.5};
  const ScoredList list{items, scores};
  EXPECT_EQ(rank_in_list(list, 7, 20), (TiedRank{0, 0}));
  EXPECT_EQ(rank_in_list(list, 3, 20), (TiedRank{1, 1}));
  EXPECT_EQ(rank_in_list(list, 4, 20), (TiedRank{3, 16}));  // 20 items: 3 listed, 17 tied with it among them
  EXPECT_EQ(rank_in_list({}, 4, 20), (TiedRank{0, 19}));
}

}  // namespace ampcf::evaluation
