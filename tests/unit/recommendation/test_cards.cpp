#include "ampcf/recommendation/cards.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/recommendation/history_file.hpp"
#include "ampcf/recommendation/population.hpp"
#include "recommendation/page.hpp"
#include "unit/recommendation/plane.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace ampcf::recommendation {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

using Cards = Plane;
using HistoryFile = Plane;

}  // namespace

TEST(Hypergeometric, IsTheLawOfDrawsWithoutReplacement) {
  const Hypergeometric law(60);
  EXPECT_NEAR(law.tail(10, 4, 3, 0), 1.0, 1e-12);
  EXPECT_NEAR(law.tail(10, 4, 3, 3), 4.0 / 120.0, 1e-12);                // C(4,3) of C(10,3)
  EXPECT_NEAR(law.tail(10, 4, 3, 2), (4.0 + 6.0 * 6.0) / 120.0, 1e-12);  // and C(4,2) C(6,1)
  EXPECT_NEAR(law.tail(10, 8, 5, 3), 1.0, 1e-12);                        // two items are without the tag
  EXPECT_EQ(law.tail(10, 4, 3, 4), 0.0);
  for (std::uint64_t k = 0; k < 20; ++k) {
    EXPECT_GE(law.tail(60, 25, 20, k), law.tail(60, 25, 20, k + 1));
  }
}

TEST(EffectiveNumber, CountsEqualSharesFullyAndUnequalOnesLess) {
  EXPECT_NEAR(effective_number({5, 5, 5}), 3.0, 1e-12);
  EXPECT_NEAR(effective_number({7, 0, 0}), 1.0, 1e-12);
  EXPECT_GT(effective_number({9, 1}), 1.0);
  EXPECT_LT(effective_number({9, 1}), 2.0);
  EXPECT_EQ(effective_number({0, 0}), 0.0);
}

TEST_F(Cards, FindTagsThatStandOut) {
  const Enrichment enrichment(recommender->catalogue());
  const auto findings = enrichment.of(std::vector<ItemIndex>{0, 2, 4, 6}, 0.2);  // all four even items of eight
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].tag, "Even");
  EXPECT_EQ(findings[0].items, 4U);
  EXPECT_DOUBLE_EQ(findings[0].lift, 2.0);
  EXPECT_NEAR(findings[0].probability, 3.0 / 70.0, 1e-12);  // 1 of C(8,4), for three tags
  EXPECT_THAT(enrichment.of(std::vector<ItemIndex>{0, 1, 2, 3, 4, 5, 6, 7}), IsEmpty());
  EXPECT_THAT(enrichment.of({}), IsEmpty());
}

TEST_F(Cards, SayWhatEachPersonaClaimsAndWouldRecommend) {
  CardMaker maker(*recommender, *model, 2, 3);
  const auto cards = maker.make(recommender->profile_of(0), {});  // history 1, 6, 7
  ASSERT_EQ(cards.card.size(), 2U);
  EXPECT_EQ(cards.history, 3U);
  EXPECT_EQ(cards.card[0].claimed, 1U);
  EXPECT_EQ(cards.card[1].claimed, 2U);
  EXPECT_NEAR(cards.effective, std::exp(-std::log(1.0 / 3) / 3 - 2 * std::log(2.0 / 3) / 3), 1e-9);
  EXPECT_THAT(cards.card[0].best, ElementsAre(4, 2));
  EXPECT_THAT(cards.card[1].best, ElementsAre(5, 3));
  EXPECT_EQ(cards.card[0].name, "no tag stands out");
}

TEST_F(Cards, NameTheMostAlikePersonasOfOtherUsers) {
  CardMaker maker(*recommender, *model, 2, 1);
  const auto cards = maker.make(recommender->profile_of(0), {});
  ASSERT_EQ(cards.card[1].like.size(), 1U);
  EXPECT_EQ(cards.card[1].like[0].user_id, "b");
  EXPECT_EQ(cards.card[1].like[0].persona, 1U);
  EXPECT_FLOAT_EQ(cards.card[1].like[0].similarity, 1.0F);
}

// Of eight items two lists of five must be alike; by the personas' own two best items they are not.
TEST_F(Cards, FindDuplicatesByTheListsOfPersonas) {
  CardMaker maker(*recommender, *model, 2, 1);
  const auto cards = maker.make(recommender->profile_of(0), {});
  EXPECT_THAT(cards.card[0].same, ElementsAre(1));
  EXPECT_THAT(cards.card[1].same, ElementsAre(0));
}

TEST_F(Cards, AreTextJsonAndCsv) {
  CardMaker maker(*recommender, *model, 2, 1);
  const auto cards = maker.make(recommender->profile_of(0), {});
  const auto text = cards_as_text(recommender->catalogue(), cards, {});
  EXPECT_THAT(text, HasSubstr("User a: 3 items of history, 1.9 of 2 personas in use"));
  EXPECT_THAT(text, HasSubstr("persona 2: no tag stands out, 2 items, 67 % of the history"));
  EXPECT_THAT(text, HasSubstr("user b persona 2 (1.00)"));
  const auto json = nlohmann::json::parse(cards_as_json(recommender->catalogue(), {cards}));
  EXPECT_EQ(json[0]["personas"][0]["best"][0]["title"], "Four");
  EXPECT_THAT(cards_as_csv(recommender->catalogue(), {cards}),
              HasSubstr("\na,2,no tag stands out,2,0.6667,,i5|i3,1\n"));
}

TEST_F(Cards, DescribeThePopulation) {
  const auto population = measure_population(*recommender, *data, *model);
  EXPECT_EQ(population.users, 2U);
  EXPECT_DOUBLE_EQ(population.usage.effective, 1.5);  // of training items "a" has one to each persona, "b" one
  EXPECT_DOUBLE_EQ(population.usage.idle, 0.25);
  EXPECT_THAT(population.users_by_effective, ElementsAre(1, 1));
  EXPECT_THAT(population_as_text(population, {}), HasSubstr("2 users with 2 personas"));
  EXPECT_EQ(nlohmann::json::parse(population_as_json(population))["is_collapsed"], false);
}

TEST_F(HistoryFile, HasUsersAndItemsOrItemsAlone) {
  std::ofstream(directory / "two.csv") << "user,item\nx,i3\ny,i1\nx,i1\nx,i3\nx,none\n";
  const auto two = read_histories(directory / "two.csv", recommender->catalogue().ids());
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[0].id, "x");
  EXPECT_THAT(two[0].items, ElementsAre(1, 3));
  EXPECT_EQ(two[0].unknown_items, 1U);
  EXPECT_THAT(two[1].items, ElementsAre(1));
  std::ofstream(directory / "one.csv") << "i5\ni2\n";
  const auto one = read_histories(directory / "one.csv", recommender->catalogue().ids());
  ASSERT_EQ(one.size(), 1U);
  EXPECT_THAT(one[0].items, ElementsAre(2, 5));
}

TEST_F(HistoryFile, IsRefusedAtTheLineOfAnotherForm) {
  const auto read = [&] { (void)read_histories(directory / "x.csv", recommender->catalogue().ids()); };
  std::ofstream(directory / "x.csv") << "x,i3\ni4\n";
  EXPECT_THAT(read, ThrowsMessage<DataError>(HasSubstr("x.csv:2: ")));
  std::ofstream(directory / "x.csv") << "x,i3,5\n";
  EXPECT_THAT(read, ThrowsMessage<DataError>(HasSubstr("x.csv:1: ")));
  std::ofstream(directory / "x.csv") << "x,i3\ny,none\n";
  EXPECT_THAT(read, ThrowsMessage<DataError>(HasSubstr("x.csv:2: none of the 1 items of user 'y'")));
  std::ofstream(directory / "x.csv") << "user,item\n";
  EXPECT_THAT(read, ThrowsMessage<DataError>(HasSubstr("the end of the file")));
}

}  // namespace ampcf::recommendation
