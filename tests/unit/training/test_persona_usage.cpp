#include "ampcf/training/persona_usage.hpp"

#include "ampcf/parallel/shard_plan.hpp"
#include "training/progress.hpp"
#include "unit/training/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf::training {

namespace {

using testing::world;

constexpr std::uint64_t kUsers = 12;
constexpr std::uint64_t kItems = 6;

/// This rank's part of twelve users who have consumed everything. Item i lies on axis i mod 3, and persona k of the
/// first `personas` on axis k, so that those share the items and persona 1 has those of the axes without one.
struct Population {
  dataset::Interactions interactions;
  model::SharedParameters<float> shared{{4, 4, 4, true}, kItems};
  model::Personas<float> personas;

  Population(std::size_t in_use, const communication::Communicator& communicator) {
    const auto rank = static_cast<std::uint64_t>(communicator.rank());
    const auto size = static_cast<std::uint64_t>(communicator.size());
    interactions.users = {kUsers * rank / size, kUsers * (rank + 1) / size};
    interactions.indptr = {0};
    personas = model::Personas<float>(shared.dimensions, interactions.users);
    for (std::uint64_t user = 0; user < interactions.users.count(); ++user) {
      for (ItemIndex item = 0; item < kItems; ++item) {
        interactions.item.push_back(item);
      }
      interactions.indptr.push_back(interactions.item.size());
      for (std::size_t k = 0; k < in_use; ++k) {
        personas.of(user)[k * shared.dimensions.padded_dim() + k] = 3.0F;
      }
    }
    for (ItemIndex item = 0; item < kItems; ++item) {
      shared.item(item)[item % 3] = 1.0F;
    }
  }
};

}  // namespace

TEST(PersonaUsage, CountsThePersonasThatAnswerForTheHistory) {
  const Population three(3, world());
  const auto usage = measure_usage(world(), three.interactions, three.personas, three.shared, 1);
  EXPECT_NEAR(usage.effective, 3.0, 1e-6);
  EXPECT_DOUBLE_EQ(usage.idle, 0.25);
  EXPECT_NEAR(usage.certainty, std::exp(3.0) / (std::exp(3.0) + 3.0), 1e-5);
  EXPECT_FALSE(is_collapsed(usage, 4));
}

TEST(PersonaUsage, KnowsACollapse) {
  const Population one(1, world());
  const auto usage = measure_usage(world(), one.interactions, one.personas, one.shared, 1);
  EXPECT_NEAR(usage.effective, 1.0, 1e-6);
  EXPECT_DOUBLE_EQ(usage.idle, 0.75);
  EXPECT_TRUE(is_collapsed(usage, 4));
  EXPECT_FALSE(is_collapsed(usage, 1));  // one persona is what was asked for
}

TEST(PersonaUsage, HasTheSameBitsOnAnyNumberOfRanksAndForAnySample) {
  const auto alone = communication::Communicator::alone();
  const Population own(2, world());
  const Population whole(2, alone);
  for (const std::uint64_t stride : {1U, 5U}) {
    const auto together = measure_usage(world(), own.interactions, own.personas, own.shared, stride);
    const auto by_one = measure_usage(alone, whole.interactions, whole.personas, whole.shared, stride);
    EXPECT_EQ(together.effective, by_one.effective);
    EXPECT_EQ(together.idle, by_one.idle);
    EXPECT_EQ(together.certainty, by_one.certainty);
  }
}

TEST(PersonaUsage, StandsInTheLog) {
  const testing::TemporaryDirectory directory;
  ampcf::testing::write_small_dataset(directory / "data.h5");
  EXPECT_EQ(testing::train(world(), testing::small_options(directory, "run")), ExitCode::success);
  std::ifstream log(directory / "run/log.csv");
  std::string header;
  std::getline(log, header);
  EXPECT_THAT(header, ::testing::EndsWith(",effective_personas,idle_personas"));
  for (std::string row; std::getline(log, row);) {
    EXPECT_EQ(std::count(row.begin(), row.end(), ','), std::count(header.begin(), header.end(), ','));
    EXPECT_NE(row.back(), ',');
  }
}

TEST(Log, LeavesTheColumnsEmptyThatAnOlderProgramHadNot) {
  const std::string header = kLogHeader;
  const auto row = with_all_columns("1,2.5,1000,0.5");
  EXPECT_EQ(std::count(row.begin(), row.end(), ','), std::count(header.begin(), header.end(), ','));
  EXPECT_THAT(row, ::testing::StartsWith("1,2.5,1000,0.5,,"));
  EXPECT_EQ(with_all_columns(row), row);
}

}  // namespace ampcf::training
