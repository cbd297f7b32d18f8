#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/core/error.hpp"
#include "ampcf/training/program.hpp"
#include "run.hpp"

#include <gtest/gtest.h>

namespace ampcf::training::testing {

namespace {

struct Refit : public ::testing::Test {
  TemporaryDirectory directory;

  Refit() { ampcf::testing::write_small_dataset(directory / "data.h5"); }

  // ampcf-train on these ranks, with small options.
  [[nodiscard]] ExitCode run(const std::string& data, const std::string& run, std::vector<std::string> more) const {
    std::vector<std::string> words{"ampcf-train",
                                   "--data",
                                   (directory / data).string(),
                                   "--output",
                                   (directory / run).string(),
                                   "--dim",
                                   "20",
                                   "--personas",
                                   "3",
                                   "--attention",
                                   "identity",
                                   "--batch-size",
                                   "64",
                                   "--shards",
                                   "16",
                                   "--learning-rate",
                                   "0.01"};
    words.insert(words.end(), more.begin(), more.end());
    std::vector<const char*> arguments;
    for (const auto& word : words) {
      arguments.push_back(word.c_str());
    }
    return run_program(static_cast<int>(arguments.size()), arguments.data(), world());
  }
};

}  // namespace

TEST_F(Refit, IsTrainingOnBothPartsForTheEpochsThatWereBest) {
  ampcf::testing::write_small_dataset(directory / "both.h5", {.is_validation_trained = true});
  ASSERT_EQ(run("data.h5", "refit", {"--epochs", "8", "--patience", "2", "--refit"}), ExitCode::success);
  const auto epochs = checkpoint::ModelFile(directory / "refit/search/best.h5").epoch();
  ASSERT_EQ(run("both.h5", "plain", {"--epochs", std::to_string(epochs)}), ExitCode::success);
  if (world().rank() == 0) {
    EXPECT_TRUE(contents(directory / "refit/best.h5") == contents(directory / "plain/best.h5"));
    EXPECT_EQ(log_of(directory / "refit"), log_of(directory / "plain"));
  }
}

TEST_F(Refit, KeepsTheScheduleOfTheSearch) {
  ampcf::testing::write_small_dataset(directory / "both.h5", {.is_validation_trained = true});
  const std::vector<std::string> schedule{"--final-learning-rate", "0.1", "--patience", "0", "--epochs", "8"};
  auto more = schedule;
  more.emplace_back("--refit");
  ASSERT_EQ(run("data.h5", "refit", more), ExitCode::success);
  ASSERT_EQ(run("both.h5", "plain", schedule), ExitCode::success);
  const auto epochs = checkpoint::ModelFile(directory / "refit/search/best.h5").epoch();
  if (world().rank() == 0) {
    const auto fitted = log_of(directory / "refit");
    const auto plain = log_of(directory / "plain");
    EXPECT_EQ(fitted, std::vector(plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(epochs) + 1));
  }
}

TEST_F(Refit, GoesOnWhereItWasLeft) {
  ASSERT_EQ(run("data.h5", "whole", {"--epochs", "3", "--patience", "0", "--refit"}), ExitCode::success);
  ASSERT_EQ(run("data.h5", "parts/search", {"--epochs", "3", "--patience", "0"}), ExitCode::success);
  ASSERT_EQ(run("data.h5", "parts", {"--resume", "--epochs", "3", "--patience", "0", "--refit"}), ExitCode::success);
  if (world().rank() == 0) {
    EXPECT_TRUE(contents(directory / "whole/best.h5") == contents(directory / "parts/best.h5"));
  }
  ASSERT_EQ(run("data.h5", "parts", {"--resume"}), ExitCode::success) << "the run knows that it is a refit";
}

TEST_F(Refit, WithoutValidationItemsIsOneTraining) {
  ampcf::testing::write_small_dataset(directory / "bare.h5", {.has_validation = false});
  ASSERT_EQ(run("bare.h5", "refit", {"--epochs", "3", "--refit"}), ExitCode::success);
  ASSERT_EQ(run("bare.h5", "plain", {"--epochs", "3"}), ExitCode::success);
  EXPECT_FALSE(std::filesystem::exists(directory / "refit/search"));
  if (world().rank() == 0) {
    EXPECT_TRUE(contents(directory / "refit/best.h5") == contents(directory / "plain/best.h5"));
  }
  ASSERT_EQ(run("bare.h5", "refit", {"--resume"}), ExitCode::success);
}

TEST_F(Refit, OfARunWithoutItIsRefusedBeforeSearching) {
  ASSERT_EQ(run("data.h5", "run", {"--epochs", "2"}), ExitCode::success);
  EXPECT_THROW((void)run("data.h5", "run", {"--resume", "--refit"}), Error);
  EXPECT_FALSE(std::filesystem::exists(directory / "run/search"));
}

TEST_F(Refit, StartedOverForgetsTheSearch) {
  ASSERT_EQ(run("data.h5", "run", {"--epochs", "2", "--refit"}), ExitCode::success);
  EXPECT_THROW((void)run("data.h5", "run", {"--epochs", "1", "--refit"}), Error);
  ASSERT_EQ(run("data.h5", "run", {"--epochs", "1", "--force"}), ExitCode::success);
  EXPECT_FALSE(std::filesystem::exists(directory / "run/search"));
}

}  // namespace ampcf::training::testing
