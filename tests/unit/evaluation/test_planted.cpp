#include "ampcf/evaluation/planted.hpp"

#include "ampcf/checkpoint/state.hpp"
#include "ampcf/dataset/writer.hpp"
#include "ampcf/evaluation/user_measures.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace ampcf::evaluation {

namespace {

using ::testing::ElementsAre;
using ::testing::NanSensitiveDoubleEq;
using testing::world;

constexpr std::uint64_t kUsers = 4;
constexpr std::uint64_t kItems = 6;  // of tastes 0, 0, 0, 1, 1, 1

// Every user trains on items 0, 1 and 3 and holds out `test`. Users 0 to 2 have both tastes, user 3 one. The personas
// stand on the axes; items 0 to 2 lie on the first and 3, 4 on the second, so attention names them right, but item 5
// lies on the first.
void write_case(const testing::TemporaryDirectory& directory) {
  world().agree([&] {
    if (world().rank() != 0) {
      return;
    }
    dataset::UserBlock block;
    block.id = {"a", "b", "c", "d"};
    block.interaction_count.assign(kUsers, 3);
    for (std::uint64_t user = 0; user < kUsers; ++user) {
      block.item.insert(block.item.end(), {0, 1, 3});
    }
    block.validation_item.assign(kUsers, kNoItem);
    block.test_item = {2, 4, 5, kNoItem};
    block.validation_candidates.assign(kUsers, kNoCandidate);
    block.test_candidates.assign(kUsers, kNoCandidate);
    dataset::DatasetWriter writer(directory / "data.h5", kUsers, kUsers * 3, 1);
    writer.append(block);
    writer.append_truth("/truth/user_persona", {kUsers, 2}, std::vector<std::int64_t>{0, 1, 0, 1, 0, 1, 0, -1});
    writer.append_truth("/truth/item_taste", {kItems}, std::vector<std::int64_t>{0, 0, 0, 1, 1, 1});
    writer.append_truth("/truth/interaction_persona", {kUsers * 3},
                        std::vector<std::int64_t>{0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0});
    writer.finish({{"0", "1", "2", "3", "4", "5"}, {}, {}});

    checkpoint::TrainingState state({2, 2, 2, true}, {0, kUsers}, kItems);
    const auto d = state.personas.dimensions.padded_dim();
    for (std::uint64_t user = 0; user < kUsers; ++user) {
      state.personas.of(user)[0] = 1.0F;
      state.personas.of(user)[d + 1] = 1.0F;
    }
    for (std::uint64_t item = 0; item < kItems; ++item) {
      state.shared.item(item)[item == 3 || item == 4 ? 1 : 0] = 1.0F;
    }
    checkpoint::write_state(directory / "model.h5", communication::Communicator::alone(),
                            {dataset::Dataset(directory / "data.h5").fingerprint(), "", kUsers}, state);
  });
}

}  // namespace

TEST(Planted, AttentionIsRightWhereThePersonaBearsTheTasteOfTheItem) {
  const testing::TemporaryDirectory directory;
  write_case(directory);
  const dataset::Dataset data(directory / "data.h5");
  const checkpoint::ModelFile model(directory / "model.h5");
  const auto cut = [&](int part) {
    return kUsers * static_cast<std::uint64_t>(part) / static_cast<std::uint64_t>(world().size());
  };
  const UserRange own{cut(world().rank()), cut(world().rank() + 1)};
  const MeasureRules rules;
  UserMeasures measures(own.count(), rules);
  measure_planted(data, model, cases_of(data, dataset::HeldOutPart::test, own), rules, measures);
  const auto all = gather(world(), measures);
  const auto none = NanSensitiveDoubleEq(std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(all.of("planted_attention_names_taste"), ElementsAre(1.0, 1.0, 0.0, none));  // items 2 and 4, not 5
  EXPECT_THAT(all.of("planted_several_attention"), ElementsAre(1.0, 1.0, 0.0, none));
  EXPECT_THAT(all.of("planted_several_majority"),
              ElementsAre(1.0, 0.0, 0.0, none));  // two of three items are of taste 0
  EXPECT_THAT(all.of("planted_claims_of_taste"), ElementsAre(1.0, 1.0, 1.0, none));
  EXPECT_THAT(all.of("planted_truth_names_taste"), ElementsAre(1.0, 1.0, 0.0, none));  // user c: both are of taste 0
}

TEST(Planted, LooksAtTheCasesThatAreRanked) {
  const testing::TemporaryDirectory directory;
  write_case(directory);
  const dataset::Dataset data(directory / "data.h5");
  const checkpoint::ModelFile model(directory / "model.h5");
  Cases cases;
  cases.users = {0, kUsers};
  for (const std::int64_t positive : {std::int64_t{5}, kNoItem, kUnknownItem, std::int64_t{2}}) {
    cases.append(positive, {});
  }
  const MeasureRules rules;
  UserMeasures measures(kUsers, rules);
  measure_planted(data, model, cases, rules, measures);
  const auto none = NanSensitiveDoubleEq(std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(measures.of("planted_attention_names_taste"), ElementsAre(0.0, none, none, 1.0));
}

}  // namespace ampcf::evaluation
