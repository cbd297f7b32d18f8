#include "ampcf/recommendation/recommender.hpp"

#include "ampcf/core/error.hpp"
#include "unit/recommendation/plane.hpp"

#include <gmock/gmock.h>

namespace ampcf::recommendation {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

using RecommenderTest = Plane;

}  // namespace

TEST_F(RecommenderTest, RecommendsTheBestItemsThatTheUserHasNotConsumed) {
  const auto result = list(3);
  EXPECT_THAT(items_of(result.items), ElementsAre(5, 4, 3));
  EXPECT_EQ(result.choice, kItems - 3);
  EXPECT_TRUE(result.items[1].is_held_out);
  EXPECT_FALSE(result.items[0].is_held_out);
}

TEST_F(RecommenderTest, EndsWhereTheCatalogueEnds) { EXPECT_EQ(list(100).items.size(), kItems - 3); }

TEST_F(RecommenderTest, RecommendsConsumedItemsOnlyWhenAsked) {
  ListRules rules;
  rules.count = 3;
  rules.is_history_included = true;
  const auto result = recommender->recommend(recommender->profile_of(0), rules);
  EXPECT_THAT(items_of(result.items), ElementsAre(7, 6, 5));
  EXPECT_TRUE(result.items[0].is_consumed);
  EXPECT_FALSE(result.items[2].is_consumed);
}

TEST_F(RecommenderTest, LeavesOutWhatAFilterNames) {
  const std::vector<ItemIndex> left_out{3, 5, 7};
  ListRules rules;
  rules.left_out = left_out;
  const auto result = recommender->recommend(recommender->profile_of(0), rules);
  EXPECT_THAT(items_of(result.items), ElementsAre(4, 2, 0));
}

TEST_F(RecommenderTest, NamesThePersonaWithTheHighestAttention) {
  for (const auto& entry : list(5).items) {
    EXPECT_EQ(entry.persona, entry.item % 2);
    const double length = 1.0 + entry.item;
    EXPECT_NEAR(entry.attention[entry.persona], std::exp(length) / (std::exp(length) + 1.0), 1e-6);
    EXPECT_NEAR(entry.attention[0] + entry.attention[1], 1.0, 1e-6);
  }
}

TEST_F(RecommenderTest, GroupsTheHistoryByPersonaStrongestFirst) {
  EXPECT_THAT(items_of(list(1).history), ElementsAre(6, 7, 1));
}

// Without a persona its items score 0 and tie: of items 0 to 5 less 1, two are better and two tied, or three and one.
TEST_F(RecommenderTest, RanksAnItemAsIfTheUserHadNotThePersona) {
  const auto result = list(5);
  ASSERT_THAT(items_of(result.items), ElementsAre(5, 4, 3, 2, 0));
  EXPECT_EQ(result.items[0].rank_without, 4U);
  EXPECT_EQ(result.items[1].rank_without, 4U);
  EXPECT_EQ(result.items[2].rank_without, 4U);
}

TEST_F(RecommenderTest, ScoresByPersonaAreThoseOfThePersonaAlone) {
  const auto profile = recommender->profile_of(0);
  const auto alone = recommender->scores_by_persona(profile);
  for (ItemIndex item = 0; item < kItems; ++item) {
    EXPECT_FLOAT_EQ(alone[item], item % 2 == 0 ? 1.0F + static_cast<float>(item) : 0.0F);
    EXPECT_FLOAT_EQ(alone[recommender->stride() + item], item % 2 == 1 ? 1.0F + static_cast<float>(item) : 0.0F);
  }
}

TEST_F(RecommenderTest, NamesTheNearestItemsThatTheSamePersonaClaims) {
  const auto result = list(2);
  ASSERT_EQ(result.items[0].nearest.size(), 2U);  // persona 2 claims items 1 and 7, which point where item 5 does
  EXPECT_EQ(result.items[0].nearest[0].item, 1U);
  EXPECT_EQ(result.items[0].nearest[1].item, 7U);
  EXPECT_FLOAT_EQ(result.items[0].nearest[0].similarity, 1.0F);
  ASSERT_EQ(result.items[1].nearest.size(), 1U);
  EXPECT_EQ(result.items[1].nearest[0].item, 6U);
}

TEST_F(RecommenderTest, RefusesUnknownUsersNamingSomeThatAreKnown) {
  EXPECT_EQ(recommender->find_user("b"), 1U);
  EXPECT_THAT([&] { (void)recommender->find_user("c"); },
              ThrowsMessage<UsageError>(::testing::AllOf(HasSubstr("--user c"), HasSubstr("'a', 'b'"))));
}

TEST_F(RecommenderTest, RefusesAModelOfOtherData) {
  write_model(directory / "other.h5", "another", kItems);
  const checkpoint::ModelFile other(directory / "other.h5");
  EXPECT_THROW(Recommender(*data, other), UsageError);
}

// The model's ninth item had no name to read.
TEST_F(RecommenderTest, RefusesAModelOfOtherSizesThoughItNamesTheSameData) {
  write_model(directory / "other.h5", data->fingerprint(), kItems + 1);
  const checkpoint::ModelFile other(directory / "other.h5");
  EXPECT_THROW(Recommender(*data, other), RuntimeError);
}

}  // namespace ampcf::recommendation
