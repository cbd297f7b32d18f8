#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/core/error.hpp"
#include "run.hpp"

#include <gtest/gtest.h>

namespace ampcf::training::testing {

namespace {

struct Resume : public ::testing::Test {
  TemporaryDirectory directory;

  Resume() { ampcf::testing::write_small_dataset(directory / "data.h5"); }

  // Trains `epochs` on these ranks into a run.
  void train_until(const communication::Communicator& communicator, const std::string& run, std::uint64_t epochs,
                   bool is_resumed) {
    auto options = small_options(directory, run);
    options.epochs = epochs;
    options.is_resumed = is_resumed;
    train(communicator, options);
  }
};

}  // namespace

TEST_F(Resume, EndsWithTheBitsOfAnUninterruptedRun) {
  train_until(world(), "whole", 5, false);
  train_until(world(), "parts", 2, false);
  train_until(world(), "parts", 5, true);
  if (world().rank() == 0) {
    EXPECT_EQ(log_of(directory / "whole"), log_of(directory / "parts"));
    EXPECT_TRUE(contents(directory / "whole/checkpoint.h5") == contents(directory / "parts/checkpoint.h5"));
    EXPECT_TRUE(contents(directory / "whole/best.h5") == contents(directory / "parts/best.h5"));
  }
}

TEST_F(Resume, OnAnotherNumberOfRanksKeepsTheBits) {
  train_until(world(), "whole", 4, false);
  world().agree([&] {
    if (world().rank() == 0) {
      train_until(communication::Communicator::alone(), "parts", 2, false);
    }
  });
  train_until(world(), "parts", 4, true);
  if (world().rank() == 0) {
    EXPECT_TRUE(contents(directory / "whole/checkpoint.h5") == contents(directory / "parts/checkpoint.h5"));
  }
}

TEST_F(Resume, OfAFinishedRunChangesNothing) {
  train_until(world(), "run", 2, false);
  const auto before = std::filesystem::last_write_time(directory / "run/log.csv");
  world().barrier();
  train_until(world(), "run", 2, true);
  EXPECT_EQ(before, std::filesystem::last_write_time(directory / "run/log.csv"));
}

TEST_F(Resume, WithNothingToResumeStartsFresh) {
  train_until(world(), "run", 2, true);
  EXPECT_EQ(checkpoint::ModelFile(directory / "run/checkpoint.h5").epoch(), 2U);
}

TEST_F(Resume, WithOtherDataIsRefused) {
  train_until(world(), "run", 1, false);
  ampcf::testing::write_small_dataset(directory / "data.h5", {90, 80, 4, true});
  EXPECT_THROW(train_until(world(), "run", 2, true), Error);
}

TEST_F(Resume, FromADamagedCheckpointIsAnError) {
  train_until(world(), "run", 1, false);
  if (world().rank() == 0) {
    std::filesystem::resize_file(directory / "run/checkpoint.h5", 5000);
  }
  world().barrier();
  try {
    train_until(world(), "run", 2, true);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::runtime) << error.what();
  }
}

}  // namespace ampcf::training::testing
