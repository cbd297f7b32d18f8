#include "ampcf/evaluation/exposure.hpp"
#include "ampcf/evaluation/list_metrics.hpp"
#include "ampcf/evaluation/slices.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace ampcf::evaluation {

namespace {

using ::testing::ElementsAre;
using Items = std::vector<ItemIndex>;
using Counts = std::vector<std::uint64_t>;

// Sixteen users, five items.
DataFacts five_items() {
  DataFacts facts;
  facts.user_count = 16;
  facts.train_count = {16, 8, 4, 1, 0};
  facts.directions = Points::Zero(5, 2);
  facts.directions << 1, 0, 0, 1, -1, 0, 0.6F, 0.8F, 0, 0;
  facts.tags = number_tags({"a", "a|b", "b", "", "c"});
  facts.taste = {0, 0, 1, 1, 2};
  facts.taste_count = 3;
  return facts;
}

double of(double (*metric)(const DataFacts&, const ListOfUser&), const Items& recommended, const Items& history = {}) {
  return metric(five_items(), {recommended, history});
}

}  // namespace

TEST(ListMetrics, NoveltyIsTheMeanOfBits) {
  EXPECT_DOUBLE_EQ(of(novelty, {0}), 0.0);  // everybody knows it
  EXPECT_DOUBLE_EQ(of(novelty, {0, 1, 2}), (0.0 + 1.0 + 2.0) / 3.0);
  EXPECT_DOUBLE_EQ(of(novelty, {3}), 4.0);
  EXPECT_DOUBLE_EQ(of(novelty, {4}), 4.0);  // nobody counts as one
}

TEST(ListMetrics, PopularityIsTheMeanCountAndItsLiftThatOfTheHistory) {
  EXPECT_DOUBLE_EQ(of(average_popularity, {0, 2, 3}), 7.0);
  EXPECT_DOUBLE_EQ(of(popularity_lift, {0, 1}, {2, 3}), 12.0 / 2.5 - 1.0);
  EXPECT_DOUBLE_EQ(of(popularity_lift, {2, 3}, {2, 3}), 0.0);
  EXPECT_TRUE(std::isnan(of(popularity_lift, {0})));
}

TEST(ListMetrics, DiversityIsTheMeanCosineDistanceOfPairs) {
  EXPECT_DOUBLE_EQ(of(diversity, {0, 1}), 1.0);
  EXPECT_DOUBLE_EQ(of(diversity, {0, 2}), 2.0);
  // Pairs: (0,1) 1, (0,3) 1 - .6, (1,3) 1 - .8.
  EXPECT_NEAR(of(diversity, {3, 0, 1}), (1.0 + 0.4 + 0.2) / 3.0, 1e-7);
  EXPECT_NEAR(of(diversity, {0, 4, 1}), 1.0, 1e-7);  // item 4 has no direction: distance 1 to both
  EXPECT_TRUE(std::isnan(of(diversity, {0})));
  EXPECT_TRUE(std::isnan(diversity(DataFacts{}, {Items{0, 1}, {}})));
}

TEST(ListMetrics, MiscalibrationComparesTheTagsOfListAndHistory) {
  // History: item 1 is half a, half b. List: a alone.
  const double expected = 0.5 * std::log(0.5 / (0.99 * 1.0 + 0.01 * 0.5)) + 0.5 * std::log(0.5 / (0.01 * 0.5));
  EXPECT_NEAR(of(miscalibration, {0}, {1}), expected, 1e-12);
  EXPECT_DOUBLE_EQ(of(miscalibration, {0, 2}, {1}), 0.0);            // the same shares by other items
  EXPECT_NEAR(of(miscalibration, {0, 3}, {1, 3}), expected, 1e-12);  // item 3 has no tags
  EXPECT_TRUE(std::isnan(of(miscalibration, {3}, {1})));
  EXPECT_TRUE(std::isnan(of(miscalibration, {0}, {3})));
}

TEST(ListMetrics, TagsAreCountedOnce) {
  const auto tags = number_tags({"x|y", "y||x|y", "|", "z"});
  EXPECT_EQ(tags.tag_count, 3U);
  EXPECT_THAT(tags.of(1), ElementsAre(0, 1));
  EXPECT_TRUE(tags.of(2).empty());
  EXPECT_TRUE(number_tags({}).indptr.empty());
}

TEST(Exposure, CoverageIsTheShareOfItemsInAnyList) {
  EXPECT_DOUBLE_EQ(coverage(Counts{3, 0, 1, 0}), 0.5);
  EXPECT_DOUBLE_EQ(coverage(Counts{0, 0}), 0.0);
}

TEST(Exposure, GiniIsZeroForEqualAndOneForASingleItem) {
  EXPECT_DOUBLE_EQ(gini(Counts{4, 4, 4}), 0.0);
  EXPECT_DOUBLE_EQ(gini(Counts{0, 7, 0, 0}), 1.0);
  // Rising 0, 1, 3 of n = 3: (-2 * 0 + 0 * 1 + 2 * 3) / (2 * 4).
  EXPECT_DOUBLE_EQ(gini(Counts{3, 0, 1}), 6.0 / 8.0);
  EXPECT_TRUE(std::isnan(gini(Counts{0, 0})));
  EXPECT_TRUE(std::isnan(gini(Counts{5})));
}

TEST(Exposure, GiniIsTheMeanDifferenceOverTwiceTheMean) {
  const Counts times{5, 0, 2, 2, 9, 1, 0, 4};
  double differences = 0.0;
  for (const auto a : times) {
    for (const auto b : times) {
      differences += std::abs(static_cast<double>(a) - static_cast<double>(b));
    }
  }
  const double n = 8.0;
  EXPECT_NEAR(gini(times), differences / (n * (n - 1.0)) / (2.0 * 23.0 / n), 1e-12);
}

TEST(Slices, ThirdsHoldAThirdOfTheWeightAndNeverPartEqualValues) {
  // Weights 1 1 1 3 3 9 of 18: below 3 lie 3 (< 6), below 9 lie 9 (6 .. 12).
  EXPECT_EQ(thirds_of({9, 1, 3, 1, 3, 1}, true), (Thirds{3, 9}));
  EXPECT_EQ(thirds_of({1, 2, 3, 4, 5, 6}, false), (Thirds{2, 4}));
  EXPECT_EQ(thirds_of({7, 7, 7, 7}, false), (Thirds{7, 7}));
  EXPECT_EQ(third_of(2, {2, 4}), 0);
  EXPECT_EQ(third_of(3, {2, 4}), 1);
  EXPECT_EQ(third_of(5, {2, 4}), 2);
}

TEST(Slices, TheDominantTasteIsAnyOfTheMostFrequent) {
  const auto facts = five_items();
  const Items history{0, 1, 2};
  EXPECT_EQ(taste_part(facts, {0, history}), 1);
  EXPECT_EQ(taste_part(facts, {3, history}), 0);
  EXPECT_EQ(taste_part(facts, {4, history}), 0);
  const Items even{1, 2};
  EXPECT_EQ(taste_part(facts, {0, even}), 1);
  EXPECT_EQ(taste_part(facts, {3, even}), 1);
  EXPECT_EQ(taste_part(facts, {0, {}}), kNoPart);
}

TEST(Slices, EveryPartHasAName) {
  for (const auto& slice : slices()) {
    EXPECT_GE(slice.parts.size(), 2U) << slice.name;
  }
}

}  // namespace ampcf::evaluation
