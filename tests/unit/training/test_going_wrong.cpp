#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/core/error.hpp"
#include "ampcf/training/consistency.hpp"
#include "run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf::training::testing {

using ::testing::HasSubstr;

TEST(GoingWrong, DivergenceNamesStepTermAndCheckpointOnEveryRank) {
  const TemporaryDirectory directory;
  ampcf::testing::write_small_dataset(directory / "data.h5");
  auto options = small_options(directory, "run");
  options.epochs = 1;
  train(world(), options);
  const auto steps = checkpoint::ModelFile(directory / "run/checkpoint.h5").step();

  options.output = directory / "diverging";
  options.epochs = 3;
  options.learning_rate = 1e18;
  const auto text = error_of<communication::AgreedError>([&] { train(world(), options); });
  EXPECT_THAT(text, HasSubstr("epoch 1, step 2 of " + std::to_string(steps) + ": the loss of an example is"));
  EXPECT_THAT(text, HasSubstr("there is no checkpoint yet"));
}

TEST(GoingWrong, DivergenceLaterNamesTheLastGoodCheckpoint) {
  const TemporaryDirectory directory;
  ampcf::testing::write_small_dataset(directory / "data.h5");
  auto options = small_options(directory, "run");
  options.learning_rate = 1e18;
  const auto text = error_of<communication::AgreedError>([&] {
    train(world(), options, [](std::uint64_t step) { return step == 0 ? Wish::checkpoint : Wish::nothing; });
  });
  EXPECT_THAT(text, HasSubstr("the last good checkpoint is " + (directory / "run/checkpoint.h5").string()));
}

// Ranks by scores that are no numbers would be the best.
TEST(GoingWrong, DivergenceInAnEpochsLastStepIsFoundByValidation) {
  const TemporaryDirectory directory;
  ampcf::testing::write_small_dataset(directory / "data.h5");
  auto options = small_options(directory, "run");
  options.learning_rate = 1e30;
  options.batch_size = 1U << 20U;
  options.epochs = 1;
  const auto text = error_of<communication::AgreedError>([&] { train(world(), options); });
  EXPECT_THAT(text, HasSubstr("after epoch 1: a score on validation is not finite: the run diverged"));
  EXPECT_FALSE(std::filesystem::exists(directory / "run/best.h5"));
}

TEST(GoingWrong, RanksWithOtherReplicasAreNamed) {
  checkpoint::TrainingState state({2, 4, 4, false}, {0, 0}, 10);
  EXPECT_NO_THROW(require_same_replicas(world(), state));
  if (world().rank() == 1) {
    state.item_moments.second[3] = 1e-30F;
  }
  const auto text = error_of<communication::AgreedError>([&] { require_same_replicas(world(), state); });
  if (world().size() > 2) {
    EXPECT_THAT(text, HasSubstr("ranks 1 hold other items"));
  } else {
    EXPECT_EQ(text == "no error", world().size() == 1);
  }
}

TEST(GoingWrong, RanksWithOtherOptionsAreNamed) {
  EXPECT_NO_THROW(require_same_options(world(), "seed = 1\n"));
  const int last = world().size() - 1;
  const auto text = error_of<communication::AgreedError>(
      [&] { require_same_options(world(), world().rank() == last ? "seed = 2\n" : "seed = 1\n"); });
  if (world().size() > 1) {
    EXPECT_THAT(text, HasSubstr("ranks " + std::to_string(last) + " have other options"));
  } else {
    EXPECT_EQ(text, "no error");
  }
}

TEST(GoingWrong, TheSameProgramOnAllRanksIsFine) { EXPECT_NO_THROW(require_same_program(world())); }

}  // namespace ampcf::training::testing
