#include "ampcf/training/run_directory.hpp"

#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/core/error.hpp"
#include "run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

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
  train(world(), options);
  EXPECT_EQ(checkpoint::ModelFile(directory / "run/best.h5").epoch(), 3U);
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
  EXPECT_NO_THROW(run.require_room(1000, 2));
  EXPECT_THROW(run.require_room(std::uint64_t{1} << 55U, 2), RuntimeError);
  const auto free = std::filesystem::space(directory.path()).available;
  EXPECT_NO_THROW(run.require_room(free / 5, 2)) << "four at once";
  EXPECT_THROW(run.require_room(free / 5, 2, true), RuntimeError) << "and three of the search";
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
