#include "ampcf/recommendation/recommender.hpp"

#include "ampcf/checkpoint/state.hpp"
#include "ampcf/core/error.hpp"
#include "ampcf/dataset/writer.hpp"
#include "ampcf/recommendation/output.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace ampcf::recommendation {

namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kItems = 8;

// Two users in a plane: user "a" has the personas (1, 0) and (0, 1), items lie on the axes, the even ones on the first
// and the odd ones on the second, farther out with their number. So item i is persona i % 2's, and scores rise with i.
struct Fixture : public ::testing::Test {
  testing::TemporaryDirectory directory;
  std::optional<dataset::Dataset> data;
  std::optional<checkpoint::ModelFile> model;

  Fixture() {
    dataset::UserBlock block;
    block.id = {"a", "b"};
    block.interaction_count = {2, 1};
    block.item = {1, 6, 0};
    block.validation_item = {7, kNoItem};
    block.test_item = {4, kNoItem};
    block.validation_candidates = {0, 0};
    block.test_candidates = {0, 0};
    dataset::DatasetWriter writer(directory / "data.h5", 2, 3, 1);
    writer.append(block);
    writer.finish({{"i0", "i1", "i2", "i3", "i4", "i5", "i6", "i7"},
                   {"Zero", "One", "Two", "Say \"three\", twice", "Four", "Five", "Six", "Seven"},
                   {}});
    data.emplace(directory / "data.h5");

    checkpoint::TrainingState state({2, 2, 2, true}, {0, 2}, kItems);
    const auto d = state.personas.dimensions.padded_dim();
    for (std::uint64_t user = 0; user < 2; ++user) {
      state.personas.of(user)[0] = 1.0F;
      state.personas.of(user)[d + 1] = 1.0F;
    }
    for (std::uint64_t item = 0; item < kItems; ++item) {
      state.shared.item(item)[item % 2] = 1.0F + static_cast<float>(item);
    }
    checkpoint::write_state(directory / "model.h5", communication::Communicator::alone(), {data->fingerprint(), "", 2},
                            state);
    model.emplace(directory / "model.h5");
  }
};

std::vector<ItemIndex> items_of(const std::vector<ExplainedItem>& list) {
  std::vector<ItemIndex> items;
  for (const auto& entry : list) {
    items.push_back(entry.item);
  }
  return items;
}

}  // namespace

TEST_F(Fixture, RecommendsTheBestItemsThatTheUserHasNotConsumed) {
  const auto list = Recommender(*data, *model).recommend(0, 3);
  EXPECT_THAT(items_of(list.items), ::testing::ElementsAre(5, 4, 3));
  EXPECT_TRUE(list.items[1].is_held_out);
  EXPECT_FALSE(list.items[0].is_held_out);
}

TEST_F(Fixture, EndsWhereTheCatalogueEnds) {
  EXPECT_EQ(Recommender(*data, *model).recommend(0, 100).items.size(), kItems - 3);
}

TEST_F(Fixture, NamesThePersonaWithTheHighestAttention) {
  const auto list = Recommender(*data, *model).recommend(0, 5);
  for (const auto& entry : list.items) {
    EXPECT_EQ(entry.persona, entry.item % 2);
    const double length = 1.0 + entry.item;
    EXPECT_NEAR(entry.attention[entry.persona], std::exp(length) / (std::exp(length) + 1.0), 1e-6);
    EXPECT_NEAR(entry.attention[0] + entry.attention[1], 1.0, 1e-6);
  }
}

TEST_F(Fixture, GroupsTheHistoryByPersonaStrongestFirst) {
  EXPECT_THAT(items_of(Recommender(*data, *model).recommend(0, 1).history), ::testing::ElementsAre(6, 7, 1));
}

TEST_F(Fixture, RefusesUnknownUsersAndOtherData) {
  const Recommender recommender(*data, *model);
  EXPECT_EQ(recommender.find_user("b"), 1U);
  EXPECT_THROW((void)recommender.find_user("c"), UsageError);
  checkpoint::TrainingState state({2, 2, 2, true}, {0, 2}, kItems);
  checkpoint::write_state(directory / "other.h5", communication::Communicator::alone(), {"another", "", 2}, state);
  const checkpoint::ModelFile other(directory / "other.h5");
  EXPECT_THROW(Recommender(*data, other), UsageError);
}

// The model's ninth item had no name to read.
TEST_F(Fixture, RefusesAModelOfOtherSizesThoughItNamesTheSameData) {
  checkpoint::TrainingState state({2, 2, 2, true}, {0, 2}, kItems + 1);
  checkpoint::write_state(directory / "other.h5", communication::Communicator::alone(), {data->fingerprint(), "", 2},
                          state);
  const checkpoint::ModelFile other(directory / "other.h5");
  EXPECT_THROW(Recommender(*data, other), RuntimeError);
}

TEST_F(Fixture, PrintsQuotedCsv) {
  Recommender recommender(*data, *model);
  const auto text = as_csv(recommender, recommender.recommend(0, 3), true);
  EXPECT_THAT(text, ::testing::StartsWith("user,rank,item,title,score,persona,attention\na,1,i5,Five,"));
  EXPECT_THAT(text, HasSubstr("\na,3,i3,\"Say \"\"three\"\", twice\","));
}

TEST_F(Fixture, PrintsJsonWithAllAttentionWeights) {
  Recommender recommender(*data, *model);
  const auto json =
      nlohmann::json::parse(as_json(recommender, {recommender.recommend(0, 3), recommender.recommend(1, 1)}));
  ASSERT_EQ(json.size(), 2U);
  EXPECT_EQ(json[0]["items"][0]["item"], "i5");
  EXPECT_EQ(json[0]["items"][0]["persona"], 2);
  EXPECT_EQ(json[0]["items"][0]["attention"].size(), 2U);
  EXPECT_EQ(json[0]["history"].size(), 3U);
}

TEST_F(Fixture, PrintsTextForPeople) {
  Recommender recommender(*data, *model);
  const auto text = as_text(recommender, recommender.recommend(0, 3), 1);
  EXPECT_THAT(text, HasSubstr("User a"));
  EXPECT_THAT(text, HasSubstr("persona 1: 1 items, 33 % of the history"));
  EXPECT_THAT(text, HasSubstr("held-out test item"));
}

}  // namespace ampcf::recommendation
