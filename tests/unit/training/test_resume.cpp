#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/core/error.hpp"
#include "ampcf/training/consistency.hpp"
#include "run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf::training::testing {

using ::testing::HasSubstr;

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

// Changes one byte of the personas.
void damage(const std::filesystem::path& path) {
  const auto personas = storage::File::open(path).read<float>("/model/personas");
  const std::string row(reinterpret_cast<const char*>(personas.data()), 60);
  const auto place = text_of(path).find(row);
  ASSERT_NE(place, std::string::npos);
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(place) + 30);
  file.put('x');
}

// The last rank wishes to stop when `step` steps are done.
Wishes stop_at(std::uint64_t step) {
  return [step](std::uint64_t done) {
    const bool is_asking = world().rank() == world().size() - 1 || world().rank() == 0;
    return is_asking && done == step ? Wish::stop_for_signal : Wish::nothing;
  };
}

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

TEST_F(Resume, OfAMeanOverEpochsKeepsItsBits) {
  const auto train_mean = [&](const std::string& run, std::uint64_t epochs, bool is_resumed, const Wishes& wishes) {
    auto options = small_options(directory, run);
    options.average_epochs = 3;
    options.epochs = epochs;
    options.is_resumed = is_resumed;
    return train(world(), options, wishes);
  };
  const Wishes none = [](std::uint64_t) { return Wish::nothing; };
  train_mean("whole", 5, false, none);
  EXPECT_EQ(train_mean("parts", 5, false, stop_at(40)), ExitCode::stopped);
  train_mean("parts", 5, true, none);
  if (world().rank() == 0) {
    EXPECT_EQ(log_of(directory / "whole"), log_of(directory / "parts"));
    EXPECT_TRUE(contents(directory / "whole/checkpoint.h5") == contents(directory / "parts/checkpoint.h5"));
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

TEST_F(Resume, FromInsideAnEpochKeepsTheBitsOfModelAndLog) {
  train_until(world(), "whole", 3, false);
  const auto epoch = checkpoint::ModelFile(directory / "whole/checkpoint.h5").step() / 3;
  for (const auto step : {std::uint64_t{1}, epoch - 1, epoch, epoch + 1, 2 * epoch + 3}) {
    const auto run = "stopped-" + std::to_string(step);
    auto options = small_options(directory, run);
    EXPECT_EQ(train(world(), options, stop_at(step)), ExitCode::stopped);
    options.is_resumed = true;
    world().agree([&] {  // a few steps on one rank, the rest on all
      if (world().rank() == 0) {
        EXPECT_EQ(train(communication::Communicator::alone(), options, stop_at(step + 3)), ExitCode::stopped);
      }
    });
    EXPECT_EQ(train(world(), options), ExitCode::success);
    if (world().rank() == 0) {
      EXPECT_EQ(log_of(directory / "whole"), log_of(directory / run));
      EXPECT_TRUE(contents(directory / "whole/checkpoint.h5") == contents(directory / (run + "/checkpoint.h5")));
      EXPECT_TRUE(contents(directory / "whole/best.h5") == contents(directory / (run + "/best.h5")));
    }
  }
}

TEST_F(Resume, AfterAStopAtTheEndOfTheLastEpochOnlyFinishes) {
  train_until(world(), "run", 2, false);
  const auto last = checkpoint::ModelFile(directory / "run/checkpoint.h5").step();
  auto options = small_options(directory, "stopped");
  options.epochs = 2;
  EXPECT_EQ(train(world(), options, stop_at(last - 1)), ExitCode::stopped);
  options.is_resumed = true;
  EXPECT_EQ(train(world(), options), ExitCode::success);
  if (world().rank() == 0) {
    EXPECT_EQ(log_of(directory / "run"), log_of(directory / "stopped"));
    EXPECT_TRUE(contents(directory / "run/checkpoint.h5") == contents(directory / "stopped/checkpoint.h5"));
  }
}

TEST_F(Resume, IsNotDisturbedByCheckpointsInBetween) {
  train_until(world(), "plain", 2, false);
  auto options = small_options(directory, "often");
  options.epochs = 2;
  train(world(), options, [](std::uint64_t step) { return step % 3 == 0 ? Wish::checkpoint : Wish::nothing; });
  if (world().rank() == 0) {
    EXPECT_EQ(log_of(directory / "plain"), log_of(directory / "often"));
    EXPECT_TRUE(contents(directory / "plain/checkpoint.h5") == contents(directory / "often/checkpoint.h5"));
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

TEST_F(Resume, FromADamagedCheckpointGoesOnFromTheOneBefore) {
  train_until(world(), "whole", 4, false);
  train_until(world(), "run", 3, false);
  if (world().rank() == 0) {
    damage(directory / "run/checkpoint.h5");
  }
  world().barrier();
  train_until(world(), "run", 4, true);
  if (world().rank() == 0) {
    EXPECT_EQ(log_of(directory / "whole"), log_of(directory / "run"));
    EXPECT_TRUE(contents(directory / "whole/checkpoint.h5") == contents(directory / "run/checkpoint.h5"));
    EXPECT_TRUE(contents(directory / "whole/best.h5") == contents(directory / "run/best.h5"));
  }
}

TEST_F(Resume, CostsNoCheckpointWhereARankCannotReadIt) {
  if (world().size() == 1) {
    return;
  }
  train_until(world(), "run", 3, false);
  world().barrier();
  const auto before = RunDirectory(directory / "run").resumable();
  // The last rank's host has mounted something else there.
  std::filesystem::create_directories(directory / "elsewhere");
  const auto place = std::filesystem::current_path();
  std::filesystem::current_path(world().rank() == world().size() - 1 ? directory / "elsewhere" : directory.path());
  auto options = small_options(directory, "run");
  options.output = "run";
  options.epochs = 4;
  options.is_resumed = true;
  EXPECT_THAT(error_of(ExitCode::runtime, [&] { train(world(), options); }), HasSubstr("rank 0 finds that file whole"));
  std::filesystem::current_path(place);
  EXPECT_EQ(RunDirectory(directory / "run").resumable(), before);
}

TEST_F(Resume, OnRanksThatReadDifferentCheckpointsIsRefused) {
  train_until(world(), "run", 3, false);
  world().barrier();
  checkpoint::Progress progress;
  progress.log_rows = {"1,0.5", world().rank() == world().size() - 1 ? "2,0.7" : "2,0.6"};
  const auto complaint =
      error_of(ExitCode::usage, [&] { require_same_checkpoint(world(), directory / "run/checkpoint.h5", progress); });
  if (world().size() == 1) {
    EXPECT_EQ(complaint, "no error");
  } else {
    EXPECT_THAT(complaint, HasSubstr("find another checkpoint under this name"));
  }
}

TEST_F(Resume, FromDamagedCheckpointsAloneIsAnError) {
  train_until(world(), "run", 3, false);
  if (world().rank() == 0) {
    for (const auto& entry : std::filesystem::directory_iterator(directory / "run")) {
      if (entry.path().filename().string().rfind("checkpoint-", 0) == 0) {
        std::filesystem::resize_file(entry.path(), 5000);
      }
    }
  }
  world().barrier();
  EXPECT_NE(error_of(ExitCode::runtime, [&] { train_until(world(), "run", 4, true); }), "no error");
}

}  // namespace ampcf::training::testing
