#include "ampcf/recommendation/all_lists.hpp"

#include "ampcf/checkpoint/state.hpp"
#include "ampcf/core/error.hpp"
#include "ampcf/evaluation/recommendations.hpp"
#include "ampcf/recommendation/filter.hpp"
#include "support/run_program.hpp"
#include "support/small_dataset.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf::recommendation {

namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// 2100 users, so that every rank of four has a part of a round, the last one an empty one, and there are two rounds on
/// one rank; the model is as it begins.
class AllLists : public ::testing::Test {
 protected:
  AllLists() {
    testing::write_small_dataset(data_path_, {2100, 80, 4, true});
    data_.emplace(data_path_);
    testing::world().agree([&] {
      if (testing::world().rank() == 0) {
        checkpoint::TrainingState state({3, 8, 8, true}, {0, data_->user_count()}, data_->item_count());
        model::initialize(state.personas, 1.0, 1);
        model::initialize(state.shared, 1.0, 0.0, 1);
        checkpoint::write_state(model_path_, communication::Communicator::alone(),
                                {data_->fingerprint(), "", data_->user_count()}, state);
      }
    });
    model_.emplace(model_path_);
  }

  std::uint64_t write(const std::string& name, const ListRules& rules,
                      const communication::Communicator& communicator = testing::world()) {
    return write_all_lists(communicator, *data_, *model_, rules, directory_ / name);
  }

  testing::TemporaryDirectory directory_;
  std::filesystem::path data_path_ = directory_ / "data.h5";
  std::filesystem::path model_path_ = directory_ / "model.h5";
  std::optional<dataset::Dataset> data_;
  std::optional<checkpoint::ModelFile> model_;
};

}  // namespace

TEST_F(AllLists, AreTheListsOfEachUserOnAnyNumberOfRanks) {
  ListRules rules;
  rules.count = 7;
  EXPECT_EQ(write("lists.csv", rules), 7 * data_->user_count());
  write("lists.h5", rules);
  const auto read = evaluation::read_recommendations(directory_ / "lists.csv", data_->user_ids(), data_->item_ids());
  const auto file = storage::File::open(directory_ / "lists.h5");
  const auto items = file.read<ItemIndex>("/recommendations/item");
  const auto personas = file.read<std::int32_t>("/recommendations/persona");
  const auto attention = file.read<float>("/recommendations/attention");
  Recommender recommender(*data_, *model_);
  for (const UserIndex user : {0U, 1U, 1023U, 1024U, 2047U, 2048U, 2099U}) {
    const auto expected = recommender.recommend(recommender.profile_of(user), rules).items;
    const auto found = read.lists.of(user);
    ASSERT_EQ(found.item.size(), 7U);
    for (std::size_t i = 0; i < 7; ++i) {
      EXPECT_EQ(found.item[i], expected[i].item);
      EXPECT_EQ(static_cast<float>(found.score[i]), expected[i].score);
      EXPECT_EQ(items[user * 7 + i], expected[i].item);
      EXPECT_EQ(personas[user * 7 + i], static_cast<std::int32_t>(expected[i].persona));
      EXPECT_EQ(attention[user * 7 + i], expected[i].attention[expected[i].persona]);
    }
  }
  testing::world().barrier();
}

TEST_F(AllLists, HaveTheSameBytesOnAnyNumberOfRanks) {
  write("together.csv", {});
  if (testing::world().rank() == 0) {
    write("alone.csv", {}, communication::Communicator::alone());
    EXPECT_EQ(testing::text_of(directory_ / "together.csv"), testing::text_of(directory_ / "alone.csv"));
  }
  testing::world().barrier();
}

TEST_F(AllLists, EndWhereTheCatalogueEnds) {
  const std::vector<ItemIndex> left_out{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  ListRules rules;
  rules.count = 1000;
  rules.left_out = left_out;
  write("lists.h5", rules);
  const auto file = storage::File::open(directory_ / "lists.h5");
  EXPECT_EQ(file.shape("/recommendations/item"), (storage::Shape{data_->user_count(), data_->item_count()}));
  const auto items = file.read<ItemIndex>("/recommendations/item");
  const auto consumed = Recommender(*data_, *model_).profile_of(0).history;
  const auto row = std::span<const ItemIndex>(items).first(data_->item_count());
  const auto count = data_->item_count() - united(consumed, left_out).size();
  EXPECT_NE(row[count - 1], kNoCandidate);
  EXPECT_EQ(row[count], kNoCandidate);
  testing::world().barrier();
}

TEST_F(AllLists, RefuseANameThatSaysNoFormOnAllRanks) {
  EXPECT_THAT([&] { write("lists.txt", {}); }, ThrowsMessage<Error>(HasSubstr(".csv, .h5 or .hdf5")));
}

TEST_F(AllLists, LeaveNothingBehindWhereTheyFail) {
  EXPECT_THROW(write("nowhere/lists.csv", {}), Error);
  testing::world().barrier();
  EXPECT_FALSE(std::filesystem::exists(directory_ / "nowhere"));
}

}  // namespace ampcf::recommendation
