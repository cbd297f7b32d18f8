#include "report/input/portraits.hpp"

#include "ampcf/core/error.hpp"
#include "support/items_on_axes.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf::report {

namespace {

using ::testing::ElementsAre;

// Persona 1 of user "a" looks along the first axis, persona 2 along the second, the other way for user "b".
class Portraits : public ::testing::Test {
 protected:
  Portraits() {
    const testing::ItemsOnAxes axes{
        {0, 1, 6}, {"Zero", "One", "Two", "", "Four", "Five", "Six", "Seven"}, {"x|y", "", "", "", "", "", "", ""}};
    axes.write_data(directory_ / "data.h5");
    axes.write_model(directory_ / "model.h5", dataset::Dataset(directory_ / "data.h5").fingerprint(), true);
    options_.data = directory_ / "data.h5";
    options_.checkpoint = directory_ / "model.h5";
    options_.top = 3;
    options_.history = 2;
    options_.users = {"a"};
  }

  static std::vector<std::string> titles(const std::vector<PortrayedItem>& items) {
    std::vector<std::string> titles;
    for (const auto& item : items) {
      titles.push_back(item.title);
    }
    return titles;
  }

  testing::TemporaryDirectory directory_;
  ReportOptions options_;
};

}  // namespace

TEST_F(Portraits, HistoryBelongsToThePersonaWithTheHighestAttention) {
  const auto portrait = portray(options_, {}).front();
  EXPECT_EQ(portrait.consumed, 4U);
  ASSERT_EQ(portrait.personas.size(), 2U);
  EXPECT_EQ(portrait.personas[0].consumed, 2U);
  EXPECT_THAT(titles(portrait.personas[0].history), ElementsAre("Six", "Zero"));
  EXPECT_THAT(titles(portrait.personas[1].history), ElementsAre("Seven", "One"));
  EXPECT_EQ(portrait.personas[0].history[1].tags, "x|y");
}

TEST_F(Portraits, APersonasOwnListIsWhatItScoresHighestAlone) {
  const auto portrait = portray(options_, {}).front();
  EXPECT_THAT(titles(portrait.personas[0].own_list), ElementsAre("Four", "Two"));
  EXPECT_THAT(titles(portrait.personas[1].own_list), ElementsAre("Five", "i3"));  // its id where there is no title
}

TEST_F(Portraits, OwnListsSayWhereTheirItemsAreInTheFinalList) {
  const auto portrait = portray(options_, {}).front();
  EXPECT_THAT(titles(portrait.final_list), ElementsAre("Five", "Four", "i3"));
  EXPECT_EQ(portrait.personas[1].own_list[0].final_rank, 1U);
  EXPECT_EQ(portrait.personas[0].own_list[0].final_rank, 2U);
  EXPECT_EQ(portrait.personas[0].own_list[1].final_rank, 0U);
  EXPECT_TRUE(portrait.final_list[1].is_held_out);
  EXPECT_TRUE(portrait.personas[0].own_list[0].is_held_out);
}

// Without persona 2 item 5 scores as item 3 does, below items 4 and 2; without persona 1 items 4 and 2 fall behind 5
// and 3.
TEST_F(Portraits, TheFinalListSaysWhereItemsWouldStandWithoutTheirPersona) {
  const auto portrait = portray(options_, {}).front();
  ASSERT_EQ(portrait.final_list.size(), 3U);
  EXPECT_EQ(portrait.final_list[0].rank_without, 3U);
  EXPECT_EQ(portrait.final_list[1].rank_without, 3U);
  EXPECT_FALSE(portrait.personas[0].own_list[0].rank_without.has_value());
}

TEST_F(Portraits, CarryTheCardsOfTheirPersonas) {
  const auto portrait = portray(options_, {}).front();
  EXPECT_NEAR(portrait.in_use, 2.0, 1e-12);
  ASSERT_TRUE(portrait.personas[0].like.has_value());
  EXPECT_EQ(portrait.personas[0].like->user_id, "b");
  EXPECT_EQ(portrait.personas[0].like->persona, 1U);  // he is turned
  EXPECT_FALSE(portrait.personas[0].name.empty());
}

TEST_F(Portraits, ListsAreOfTheLengthsAskedFor) {
  options_.top = 2;
  options_.history = 1;
  const auto portrait = portray(options_, {}).front();
  EXPECT_EQ(portrait.final_list.size(), 2U);
  EXPECT_EQ(portrait.personas[0].history.size(), 1U);
  EXPECT_EQ(portrait.personas[0].consumed, 2U);
  EXPECT_EQ(portrait.personas[0].own_list.size(), 1U);
}

TEST_F(Portraits, ComeInTheOrderOfTheUsersAsked) {
  options_.users = {"b", "a"};
  const auto portraits = portray(options_, {});
  ASSERT_EQ(portraits.size(), 2U);
  EXPECT_EQ(portraits[0].user, "b");
  EXPECT_THAT(titles(portraits[0].personas[1].history), ElementsAre("Zero"));
  EXPECT_FALSE(portraits[0].tastes.has_value());  // no metrics, so no taste space
}

TEST_F(Portraits, AnUnknownUserIsRefused) {
  options_.users = {"a", "nobody"};
  EXPECT_THROW((void)portray(options_, {}), UsageError);
}

TEST_F(Portraits, RunsOfOtherDataAreRefused) {
  const report::Run run{"run", {{"epoch", {}}}, {}, BestModel{"another", 1, 2, 2}};
  EXPECT_THROW((void)portray(options_, {{0, "run", run, std::nullopt}}), UsageError);
}

}  // namespace ampcf::report
