#include "ampcf/training/run_directory.hpp"

#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/core/error.hpp"
#include "run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <thread>

namespace ampcf::training::testing {

using ::testing::HasSubstr;

namespace {

std::vector<std::uint64_t> epochs_kept(const std::filesystem::path& run) {
  std::vector<std::uint64_t> epochs;
  for (const auto& entry : std::filesystem::directory_iterator(run)) {
    if (entry.path().filename().string().rfind("checkpoint-", 0) == 0) {
      epochs.push_back(checkpoint::ModelFile(entry.path()).epoch());
    }
  }
  return epochs;
}

}  // namespace

TEST(RunDirectory, ThatIsNotEmptyNeedsResumeOrForce) {
  const TemporaryDirectory directory;
  ampcf::testing::write_small_dataset(directory / "data.h5");
  auto options = small_options(directory, "run");
  options.epochs = 1;
  train(world(), options);
  EXPECT_THAT(error_of(ExitCode::usage, [&] { train(world(), options); }), HasSubstr("--resume"));
  options.is_forced = true;
  EXPECT_EQ(train(world(), options), ExitCode::success);
}

TEST(RunDirectory, IsEmptiedOnlyWhenNothingCanBeRefusedAnyMore) {
  const TemporaryDirectory directory;
  ampcf::testing::write_small_dataset(directory / "data.h5");
  auto options = small_options(directory, "run");
  options.epochs = 1;
  train(world(), options);
  auto wider = small_options(directory, "wider");
  wider.epochs = 1;
  wider.dimensions = {3, 24, 20, false};
  train(world(), wider);
  world().barrier();
  options.is_forced = true;
  options.initialize_from = directory / "wider/best.h5";
  EXPECT_NE(error_of(ExitCode::usage, [&] { train(world(), options); }), "no error");
  options.initialize_from.clear();
  options.keep = 1U << 30U;
  EXPECT_THAT(error_of(ExitCode::runtime, [&] { train(world(), options); }), HasSubstr("lower --keep"));
  EXPECT_EQ(checkpoint::ModelFile(directory / "run/best.h5").epoch(), 1U);
  EXPECT_TRUE(std::filesystem::exists(directory / "run/log.csv"));
}

TEST(RunDirectory, IsNotEmptiedOfTheModelToBeginWith) {
  TrainingOptions options;
  options.output = "runs/old";
  options.initialize_from = "runs/../runs/old/best.h5";
  EXPECT_NO_THROW(require_origin_outside(options));
  options.is_forced = true;
  EXPECT_THAT(error_of(ExitCode::usage, [&] { require_origin_outside(options); }), HasSubstr("which --force empties"));
  options.initialize_from = "runs/older/best.h5";
  EXPECT_NO_THROW(require_origin_outside(options));
}

TEST(RunDirectory, LeavesFilesOfOthersAlone) {
  const TemporaryDirectory directory;
  if (world().rank() != 0) {
    return;
  }
  const RunDirectory run(directory / "run");
  std::filesystem::create_directory(run.path());
  const std::vector<std::string> kept{"movie.mkv.partial", "checkpoint-notes.txt", "best.txt"};
  const std::vector<std::string> removed{"checkpoint-000000000003.h5.partial", "log.csv.partial"};
  for (const auto* const names : {&kept, &removed}) {
    for (const auto& name : *names) {
      std::ofstream(run.path() / name) << "x";
    }
  }
  const auto lock = run.prepare(true, false);
  run.clear();
  for (const auto& name : kept) {
    EXPECT_TRUE(std::filesystem::exists(run.path() / name)) << name;
  }
  for (const auto& name : removed) {
    EXPECT_FALSE(std::filesystem::exists(run.path() / name)) << name;
  }
}

TEST(RunDirectory, IsRefusedToASecondRunThatWaitedForTheFirst) {
  const TemporaryDirectory directory;
  if (world().rank() != 0) {
    return;
  }
  const RunDirectory run(directory / "run");
  std::optional<RunLock> first(run.prepare(false, false));
  std::thread finish([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    run.write_config("");
    first.reset();
  });
  EXPECT_THAT(error_of(ExitCode::usage, [&] { static_cast<void>(run.prepare(false, false)); }), HasSubstr("not empty"));
  finish.join();
}

TEST(RunDirectory, WithABestModelButNoCheckpointIsNotOverwrittenByAResume) {
  const TemporaryDirectory directory;
  ampcf::testing::write_small_dataset(directory / "data.h5");
  auto options = small_options(directory, "run");
  options.epochs = 1;
  train(world(), options);
  world().barrier();
  if (world().rank() == 0) {
    std::filesystem::remove(directory / "run/checkpoint.h5");
    while (!RunDirectory(options.output).resumable().empty()) {
      std::filesystem::remove(RunDirectory(options.output).resumable().front());
    }
  }
  world().barrier();
  options.is_resumed = true;
  EXPECT_THAT(error_of(ExitCode::usage, [&] { train(world(), options); }),
              HasSubstr("has a best.h5, but no checkpoint"));
  EXPECT_EQ(checkpoint::ModelFile(directory / "run/best.h5").epoch(), 1U);
}

TEST(RunDirectory, WhoseBestModelIsGoneIsNotCalledFinished) {
  const TemporaryDirectory directory;
  ampcf::testing::write_small_dataset(directory / "data.h5");
  auto options = small_options(directory, "run");
  options.epochs = 2;
  train(world(), options);
  world().barrier();
  if (world().rank() == 0) {
    std::filesystem::remove(directory / "run/best.h5");
  }
  world().barrier();
  options.is_resumed = true;
  EXPECT_THAT(error_of(ExitCode::runtime, [&] { train(world(), options); }),
              HasSubstr("best.h5 is missing or damaged: the best model is lost"));
}

TEST(RunDirectory, OfARunStoppedBeforeItsFirstCheckpointHasItsOptions) {
  const TemporaryDirectory directory;
  if (world().rank() != 0) {
    return;
  }
  const RunDirectory run(directory.path());
  EXPECT_EQ(run.stored_options(), "");
  run.write_config("dim = 1024\n");
  EXPECT_THAT(run.stored_options(), HasSubstr("dim = 1024\n"));
}

TEST(RunDirectory, KeepsTheLastCheckpointsAndTheBest) {
  const TemporaryDirectory directory;
  ampcf::testing::write_small_dataset(directory / "data.h5");
  auto options = small_options(directory, "run");
  options.epochs = 5;
  options.keep = 2;
  train(world(), options);
  world().barrier();
  EXPECT_THAT(epochs_kept(directory / "run"), ::testing::UnorderedElementsAre(4, 5));
  EXPECT_EQ(checkpoint::ModelFile(directory / "run/checkpoint.h5").epoch(), 5U);
  EXPECT_LE(checkpoint::ModelFile(directory / "run/best.h5").epoch(), 5U);
  for (const auto& entry : std::filesystem::directory_iterator(directory / "run")) {
    EXPECT_NE(entry.path().extension(), ".partial") << entry.path();
  }
}

TEST(RunDirectory, HasABestModelAlsoWithoutValidation) {
  const TemporaryDirectory directory;
  ampcf::testing::write_small_dataset(directory / "data.h5", {30, 80, 4, false});
  auto options = small_options(directory, "run");
  options.epochs = 3;
  options.patience = 1;
  options.checkpoint_every = 100;
  options.keep = 10;
  train(world(), options);
  world().barrier();
  EXPECT_EQ(checkpoint::ModelFile(directory / "run/best.h5").epoch(), 3U);
  EXPECT_THAT(epochs_kept(directory / "run"), ::testing::ElementsAre(3)) << "no epoch before was due";
}

TEST(RunDirectory, InUseIsRefusedAndSaysByWhom) {
  const TemporaryDirectory directory;
  if (world().rank() != 0) {
    return;
  }
  const RunDirectory run(directory / "run");
  const auto lock = run.prepare(false, false);
  EXPECT_THAT(error_of(ExitCode::usage, [&] { static_cast<void>(run.prepare(true, false)); }),
              HasSubstr("process " + std::to_string(getpid())));
}

TEST(RunDirectory, IsFreeAgainAfterItsRun) {
  const TemporaryDirectory directory;
  if (world().rank() != 0) {
    return;
  }
  const RunDirectory run(directory / "run");
  { const auto lock = run.prepare(false, false); }
  EXPECT_NO_THROW(static_cast<void>(run.prepare(false, false)));
}

TEST(RunDirectory, WithoutRoomForItsCheckpointsIsRefused) {
  const TemporaryDirectory directory;
  const RunDirectory run(directory.path());
  EXPECT_NO_THROW(run.require_room(1000, 2, false));
  EXPECT_THROW(run.require_room(std::uint64_t{1} << 55U, 2, false), RuntimeError);
  const auto free = std::filesystem::space(directory.path()).available;
  EXPECT_NO_THROW(run.require_room(free / 5, 2, false)) << "four at once";
  EXPECT_THROW(run.require_room(free / 5, 2, false, true), RuntimeError) << "and three of the search";
}

TEST(RunDirectory, HoldsOptionsThatReadBack) {
  const TemporaryDirectory directory;
  ampcf::testing::write_small_dataset(directory / "data.h5");
  auto options = small_options(directory, "run");
  options.epochs = 1;
  train(world(), options);
  TrainingOptions read;
  config::OptionTable table("test", "", "");
  add_options(table, read);
  table.read_ini(text_of(directory / "run/config.ini"), "config.ini");
  EXPECT_EQ(table.resolved(), resolved(options));
}

}  // namespace ampcf::training::testing
