#include "report/input/portraits.hpp"

#include "ampcf/checkpoint/state.hpp"
#include "ampcf/core/error.hpp"
#include "ampcf/dataset/writer.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf::report {

namespace {

using ::testing::ElementsAre;

constexpr std::uint64_t kItems = 8;

// Items lie on two axes, even ones on the first and odd ones on the second, farther out with their number; persona 1
// of user "a" looks along the first axis, persona 2 along the second, the other way for user "b".
class Portraits : public ::testing::Test {
 protected:
  Portraits() {
    dataset::UserBlock block;
    block.id = {"a", "b"};
    block.interaction_count = {3, 1};
    block.item = {0, 1, 6, 0};
    block.validation_item = {7, kNoItem};
    block.test_item = {4, kNoItem};
    block.validation_candidates = {0, 0};
    block.test_candidates = {0, 0};
    dataset::DatasetWriter writer(directory_ / "data.h5", 2, 4, 1);
    writer.append(block);
    writer.finish({{"i0", "i1", "i2", "i3", "i4", "i5", "i6", "i7"},
                   {"Zero", "One", "Two", "", "Four", "Five", "Six", "Seven"},
                   {"x|y", "", "", "", "", "", "", ""}});
    checkpoint::TrainingState state({2, 2, 2, true}, {0, 2}, kItems);
    const auto d = state.personas.dimensions.padded_dim();
    state.personas.of(0)[0] = state.personas.of(0)[d + 1] = 1.0F;
    state.personas.of(1)[1] = state.personas.of(1)[d] = 1.0F;
    for (std::uint64_t item = 0; item < kItems; ++item) {
      state.shared.item(item)[item % 2] = 1.0F + static_cast<float>(item);
    }
    checkpoint::write_state(directory_ / "model.h5", communication::Communicator::alone(),
                            {dataset::Dataset(directory_ / "data.h5").fingerprint(), "", 2}, state);
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
