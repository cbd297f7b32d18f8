#include "support/run_program.hpp"
#include "support/small_dataset.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf {

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::ProgramRun;

struct Train : public ::testing::Test {
  testing::TemporaryDirectory directory;

  Train() { testing::write_small_dataset(directory / "data.h5"); }

  [[nodiscard]] ProgramRun run(std::vector<std::string> more) const {
    std::vector<std::string> words{testing::program("ampcf-train"),
                                   "--data",
                                   (directory / "data.h5").string(),
                                   "--output",
                                   (directory / "run").string(),
                                   "--dim",
                                   "16",
                                   "--attention-dim",
                                   "16",
                                   "--epochs",
                                   "2",
                                   "--shards",
                                   "16",
                                   "--batch-size",
                                   "64"};
    words.insert(words.end(), more.begin(), more.end());
    return testing::run_program(words);
  }
};

}  // namespace

TEST_F(Train, DryRunPrintsThePlanAndWritesNothing) {
  const auto result = run({"--dry-run"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("120 users, 80 items"), HasSubstr("1 rank on 1 node"), HasSubstr("0-15"),
                                HasSubstr("network  none"), HasSubstr("measured on these ranks")));
  EXPECT_FALSE(std::filesystem::exists(directory / "run"));
}

TEST_F(Train, DryRunPlansForMachinesThatAreNotThere) {
  const auto result = run({"--dry-run", "--plan-ranks", "8", "--plan-nodes", "2", "--plan-rate", "400000"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("8 ranks on 2 nodes"), HasSubstr("MB a step into each node, for 4 lanes"),
                                HasSubstr("400000 positives/s (as given)")));
}

TEST_F(Train, DryRunFailsWhereStdoutIsFull) {
  const auto command = testing::program("ampcf-train") + " --data " + (directory / "data.h5").string() +
                       " --output run --dry-run --shards 16 > /dev/full";
  const auto result = testing::run_program({"sh", "-c", command});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("cannot write to standard output: "));
}

TEST_F(Train, DryRunRefusesWhatDoesNotFitWithTheNumbers) {
  const auto result = run({"--dry-run", "--plan-memory", "0.0001"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.out, HasSubstr("it has 100 kB"));
  EXPECT_THAT(result.err, AllOf(HasSubstr("the run needs "), HasSubstr("kB of a node, which has 100 kB")));
}

TEST_F(Train, DryRunForMoreNodesThanRanksIsWrongUsage) {
  EXPECT_EQ(run({"--dry-run", "--plan-ranks", "2", "--plan-nodes", "3"}).exit_code, 2);
  EXPECT_EQ(run({"--plan-ranks", "2"}).exit_code, 2) << "it would train";
  EXPECT_EQ(run({"--dry-run", "--plan-ranks", "17"}).exit_code, 2) << "of 16 shards";
}

TEST_F(Train, LogFileHasWhatStderrHasAndTheErrorOfTheEnd) {
  const auto log = (directory / "log").string();
  const auto result = run({"--log-file", log});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(testing::text_of(log), result.err);
  EXPECT_THAT(result.err, HasSubstr(" info epoch 2: loss "));
  EXPECT_EQ(run({"--log-file", log}).exit_code, 2) << "the run directory is not empty";
  EXPECT_THAT(testing::text_of(log), HasSubstr(" error the run directory "));
}

TEST_F(Train, LogLevelErrorSaysNothingOfARunThatGoesWell) {
  const auto result = run({"--log-level", "error"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(Train, LogFileThatCannotBeWrittenIsAnError) {
  const auto result = run({"--log-file", (directory / "absent" / "log").string()});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("cannot write --log-file"));
  EXPECT_FALSE(std::filesystem::exists(directory / "run"));
}

TEST_F(Train, ResumeAndForceTogetherAreRefusedAndTouchNothing) {
  ASSERT_EQ(run({}).exit_code, 0);
  const auto result = run({"--resume", "--force"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("--resume with --force"));
  EXPECT_TRUE(std::filesystem::exists(directory / "run" / "checkpoint.h5"));
}

TEST_F(Train, ResumeOfARunThatHasNotBegunSaysSo) {
  const auto said = "no checkpoint in " + (directory / "run").string() + ": from the start";
  const auto first = run({"--resume"});
  EXPECT_EQ(first.exit_code, 0);
  EXPECT_THAT(first.err, HasSubstr(said));
  EXPECT_THAT(run({"--resume"}).err, Not(HasSubstr(said)));
}

TEST_F(Train, InitialModelStandsInConfigWithItsFingerprint) {
  ASSERT_EQ(run({}).exit_code, 0);
  const auto first = (directory / "run" / "best.h5").string();
  const auto second = (directory / "second").string();
  const auto words = [&](std::vector<std::string> more) {
    std::vector<std::string> all{testing::program("ampcf-train"),
                                 "--output",
                                 second,
                                 "--config",
                                 (directory / "run" / "config.ini").string(),
                                 "--initialize-from",
                                 first};
    all.insert(all.end(), more.begin(), more.end());
    return testing::run_program(all);
  };
  const auto result = words({});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("120 of 120 users and 80 of 80 items are known there"));
  EXPECT_THAT(testing::text_of(directory / "second" / "config.ini"),
              AllOf(HasSubstr("initialize-from = " + first), HasSubstr("initialize-fingerprint = ")));
  std::filesystem::remove(first);
  EXPECT_EQ(words({"--resume", "--epochs", "3"}).exit_code, 0) << "the run has begun";
  EXPECT_EQ(words({"--force"}).exit_code, 1) << "it is no longer there";
  EXPECT_EQ(words({"--initialize-moments", "--resume", "--epochs", "4"}).exit_code, 2) << "it began without";
}

// The missing directory was an error, and with it made the run directory was not empty.
TEST_F(Train, LogFileMayLieInTheRunDirectory) {
  const auto log = directory / "run" / "train.log";
  const auto fresh = run({"--log-file", log.string()});
  ASSERT_EQ(fresh.exit_code, 0) << fresh.err;
  EXPECT_EQ(testing::text_of(log), fresh.err);
  const auto again = run({"--log-file", log.string(), "--resume"});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(testing::text_of(log), fresh.err + again.err);
  std::filesystem::remove_all(directory / "run");
  std::filesystem::create_directory(directory / "run");
  EXPECT_EQ(run({"--log-file", log.string()}).exit_code, 0) << "in an empty directory";
}

TEST_F(Train, LogFileIsNoOtherFile) {
  for (const char* const name : {"data.h5", "run/log.csv", "run/best.h5", "run/config.ini", "run/status.json"}) {
    const auto result = run({"--log-file", (directory / name).string()});
    EXPECT_EQ(result.exit_code, 2) << name;
    EXPECT_THAT(result.err, HasSubstr("--log-file")) << name;
  }
}

}  // namespace ampcf
