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

namespace {

// What best_items(scores, left_out, everything) must be.
Items sorted_items(const std::vector<float>& scores, const Items& left_out) {
  Items items;
  for (ItemIndex item = 0; item < scores.size(); ++item) {
    if (!std::binary_search(left_out.begin(), left_out.end(), item)) {
      items.push_back(item);
    }
  }
  std::stable_sort(items.begin(), items.end(), [&](auto a, auto b) { return scores[a] > scores[b]; });
  return items;
}

}  // namespace

TEST(BestItems, AreThoseOfASortByScoreThenIndexLessTheConsumedOnes) {
  const auto scores = scores_with_ties(300, 3);
  const Items left_out{0, 1, 2, 50, 51, 299};
  const auto expected = sorted_items(scores, left_out);
  EXPECT_EQ(best_items(scores, left_out, 1000), expected);
  EXPECT_EQ(best_items(scores, left_out, 30), Items(expected.begin(), expected.begin() + 30));
  EXPECT_TRUE(best_items(scores, left_out, 0).empty());
}

// More items than the sample that sets the first bar has, and fewer; lists longer and shorter than its groups; the
// user's own among the best, and not; scores that all differ, that rise and fall, and of which most are one.
TEST(BestItems, AreThoseOfASortWhateverTheScores) {
  random::Draws draws(4, random::Stream::generation, 0);
  for (const std::size_t size : {1U, 15U, 17U, 129U, 4096U, 4097U, 20'001U}) {
    std::vector<float> any(size), rising(size), falling(size), few(size, 1.0F);
    std::generate(any.begin(), any.end(), [&] { return static_cast<float>(draws.next_below(1U << 24U)) - 8e6F; });
    std::iota(rising.begin(), rising.end(), -100.0F);
    std::reverse_copy(rising.begin(), rising.end(), falling.begin());
    few[size / 2] = -kInfinity;
    few[size / 3] = kInfinity;
    for (const auto& scores : {any, rising, falling, few, scores_with_ties(size, size)}) {
      const auto all = sorted_items(scores, {});
      Items best(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(size / 10));
      std::sort(best.begin(), best.end());
      for (const auto& left_out : {Items{}, best}) {
        const auto expected = sorted_items(scores, left_out);
        for (const std::size_t count : {1U, 30U, 128U, 129U, 1000U}) {
          const auto length = static_cast<std::ptrdiff_t>(std::min(count, expected.size()));
          ASSERT_EQ(best_items(scores, left_out, count), Items(expected.begin(), expected.begin() + length))
              << size << " items, " << left_out.size() << " left out, the best " << count;
        }
      }
    }
  }
}

TEST(Scores, AreRefusedWhereverOneIsNoNumber) {
  const std::size_t size = 10'003;
  for (const std::size_t place : {0U, 1U, 500U, 4095U, 4096U, 10'002U}) {
    auto scores = scores_with_ties(size, 5);
    scores[7] = 100.0F;
    scores[place] = NAN;
    const auto names_it = ::testing::ThrowsMessage<RuntimeError>(
        ::testing::HasSubstr("the score of item " + std::to_string(place) + " is not a number"));
    const Items left_out{static_cast<ItemIndex>(place)};
    EXPECT_THAT([&] { (void)best_items(scores, {}, 30); }, names_it);
    EXPECT_THAT([&] { (void)best_items(scores, left_out, 1); }, names_it);
    EXPECT_THAT([&] { (void)rank_in_catalogue(scores, 7, left_out); }, names_it);
    scores[size - 1] = NAN;  // the first one is named
    EXPECT_THAT([&] { (void)best_items(scores, {}, 30); }, names_it);
    EXPECT_THAT([&] { (void)rank_in_catalogue(scores, 7, {}); }, names_it);
  }
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
