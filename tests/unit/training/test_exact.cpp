// The proof that a run is a function of data, options and seed alone: any number of ranks, stopped inside epochs at
// random steps and resumed on another number, sharing memory or not, to the same bits.

#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/random/philox.hpp"
#include "run.hpp"

#include <gtest/gtest.h>

namespace ampcf::training::testing {

namespace {

Wishes stop_at(std::uint64_t step) {
  return [step](std::uint64_t done) { return done == step ? Wish::stop_for_signal : Wish::nothing; };
}

void train_alone(const TrainingOptions& options, const Wishes& wishes, ExitCode expected) {
  world().agree([&] {
    if (world().rank() == 0) {
      EXPECT_EQ(train(communication::Communicator::alone(), options, wishes), expected);
    }
  });
}

void expect_same_files(const std::filesystem::path& a, const std::filesystem::path& b) {
  if (world().rank() == 0) {
    EXPECT_EQ(log_of(a), log_of(b));
    EXPECT_TRUE(contents(a / "checkpoint.h5") == contents(b / "checkpoint.h5"));
    EXPECT_TRUE(contents(a / "best.h5") == contents(b / "best.h5"));
  }
}

}  // namespace

class Exact : public ::testing::TestWithParam<model::Dimensions> {};

TEST_P(Exact, OnAllRanksOnOneAndStoppedInBetween) {
  const TemporaryDirectory directory;
  ampcf::testing::write_small_dataset(directory / "data.h5");
  auto options = small_options(directory, "one");
  options.dimensions = GetParam();
  options.seed = 3 + GetParam().personas;
  options.loss.lambda_balance = GetParam().dim > 20 ? 0.5 : 0.0;
  train_alone(options, stop_at(~0ULL), ExitCode::success);
  options.output = directory / "all";
  train(world(), options);
  expect_same_files(directory / "one", directory / "all");

  const auto steps = static_cast<std::uint32_t>(checkpoint::ModelFile(directory / "all/checkpoint.h5").step());
  random::Draws draws(options.seed, random::Stream::generation, GetParam().dim);
  const auto first = 1 + draws.next_below(steps / 2);
  const auto second = first + 1 + draws.next_below(steps / 2 - 2);
  options.output = directory / "parts";
  options.sharing_ranks = 2;  // pairs of ranks exchange rows as nodes do
  EXPECT_EQ(train(world(), options, stop_at(first)), ExitCode::stopped);
  options.is_resumed = true;
  options.sharing_ranks = 1;
  train_alone(options, stop_at(second), ExitCode::stopped);
  EXPECT_EQ(train(world(), options), ExitCode::success);
  expect_same_files(directory / "one", directory / "parts");
}

// Of so few positives and so many shards, some steps have none.
TEST(ExactSmallBatches, TrainThroughStepsWithoutAPositive) {
  const TemporaryDirectory directory;
  ampcf::testing::write_small_dataset(directory / "data.h5");
  auto options = small_options(directory, "one");
  options.batch_size = 1;
  options.epochs = 1;
  options.shards = 128;
  train_alone(options, stop_at(~0ULL), ExitCode::success);
  options.output = directory / "all";
  EXPECT_EQ(train(world(), options), ExitCode::success);
  expect_same_files(directory / "one", directory / "all");
}

INSTANTIATE_TEST_SUITE_P(Models, Exact,
                         ::testing::Values(model::Dimensions{1, 20, 12, false}, model::Dimensions{2, 16, 16, false},
                                           model::Dimensions{4, 24, 16, false}, model::Dimensions{1, 16, 16, true},
                                           model::Dimensions{2, 20, 20, true}, model::Dimensions{4, 32, 32, true}));

}  // namespace ampcf::training::testing
