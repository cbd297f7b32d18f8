#include "ampcf/dataset/dataset.hpp"
#include "support/run_program.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf::testing {

namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

// A small dataset; what a test varies comes behind, and no option is given twice.
ProgramRun generate(const std::filesystem::path& output, const std::vector<std::string>& others) {
  std::vector<std::string> command{program("ampcf-generate"), "--output", output.string(), "--items", "1000",
                                   "--interactions-per-user", "20"};
  command.insert(command.end(), others.begin(), others.end());
  return run_program(command);
}

}  // namespace

TEST(GenerateProgram, PrintsWhatItWrote) {
  const TemporaryDirectory directory;
  const auto run = generate(directory / "data.h5", {"--users", "100", "--personas", "3", "--seed", "7"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, ContainsRegex("users +100\nitems +1000\ninteractions +[0-9]+\n"));
  EXPECT_TRUE(std::filesystem::exists(directory / "data.h5"));
}

TEST(GenerateProgram, RawRatingsPrepareToTheSameHeldOutItems) {
  const TemporaryDirectory directory;
  const auto raw = (directory / "ratings.csv").string();
  const auto run =
      generate(directory / "data.h5", {"--users", "300", "--personas", "3", "--overlap", "0.2", "--raw-output", raw});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const auto prepared = run_program({program("ampcf-prepare"), "--input", raw, "--format", "movielens-csv", "--split",
                                     "last", "--validation", "last", "--min-user-items", "0", "--min-item-users", "0",
                                     "--output", (directory / "prepared.h5").string()});
  ASSERT_EQ(prepared.exit_code, 0) << prepared.err;
  const dataset::Dataset ours(directory / "data.h5");
  const dataset::Dataset theirs(directory / "prepared.h5");
  ASSERT_EQ(theirs.user_ids(), ours.user_ids());
  const auto our_items = ours.item_ids();
  const auto their_items = theirs.item_ids();
  for (const auto part : {dataset::HeldOutPart::validation, dataset::HeldOutPart::test}) {
    const auto our_held = ours.held_out(part, {0, 300});
    const auto their_held = theirs.held_out(part, {0, 300});
    for (std::size_t user = 0; user < 300; ++user) {
      ASSERT_EQ(our_items.at(static_cast<std::size_t>(our_held.item[user])),
                their_items.at(static_cast<std::size_t>(their_held.item[user])));
    }
  }
}

TEST(GenerateProgram, HelpAndVersionAreAnswered) {
  const auto help = run_program({program("ampcf-generate"), "--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.out, HasSubstr("--overlap X"));
  EXPECT_EQ(run_program({program("ampcf-generate"), "--version"}).exit_code, 0);
}

TEST(GenerateProgram, WrongUsageExitsWithTwoAndNamesTheOption) {
  const TemporaryDirectory directory;
  const auto expect_refusal = [&](const std::vector<std::string>& options, const std::string& text) {
    const auto run = generate(directory / "data.h5", options);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(run.err, HasSubstr(text));
    EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
  };
  expect_refusal({}, "--users is missing: expected N number of users; --personas is missing: expected N");
  expect_refusal({"--user", "100", "--personas", "3"}, "the nearest known one is 'users'");
  expect_refusal({"--users", "100", "--personas", "3", "--tastes", "3"}, "--tastes: found 3, expected more than");
  expect_refusal({"--users", "100", "--personas", "3", "--tastes", "100"}, "--interactions-per-user: found 20");
  expect_refusal({"--users", "100", "--personas", "3", "--overlap", "2"}, "--overlap: 2 is out of range");
}

TEST(GenerateProgram, AnOutputThatCannotBeWrittenExitsWithOne) {
  const TemporaryDirectory directory;
  const auto run = generate(directory / "missing/data.h5", {"--users", "100", "--personas", "3"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("no such directory"));
}

TEST(GenerateProgram, AFullDiskExitsWithOneAndLeavesNothing) {
  const TemporaryDirectory directory;
  const auto command = fmt::format(
      "trap '' XFSZ; ulimit -f 2000; exec {} --users 20000 --items 1000 --personas 3 --interactions-per-user 20 "
      "--output {}",
      program("ampcf-generate"), (directory / "data.h5").string());
  const auto run = run_program({"bash", "-c", command});
  EXPECT_EQ(run.exit_code, 1) << run.err;
  EXPECT_THAT(run.err, HasSubstr("cannot write"));
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(GenerateProgram, DoesNotReplaceAFileOfAnotherFormat) {
  const TemporaryDirectory directory;
  storage::commit_file(directory / "data.h5", [](storage::File& file) { file.set_text_attribute("format", "other"); });
  const auto run = generate(directory / "data.h5", {"--users", "100", "--personas", "3"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("found a file of format other, and one of format ampcf-dataset"));
}

TEST(GenerateProgram, SaysThatAnotherProcessIsWritingTheSame) {
  const TemporaryDirectory directory;
  auto other = storage::File::create(directory / "data.h5.partial");
  const auto run = generate(directory / "data.h5", {"--users", "100", "--personas", "3"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("data.h5.partial: another process is writing it"));
  EXPECT_TRUE(std::filesystem::exists(directory / "data.h5.partial")) << "it is the other's";
  other.close();
}

TEST(GenerateProgram, SaysHowManyUsersAreTheMost) {
  const TemporaryDirectory directory;
  const auto run = generate(directory / "data.h5", {"--users", "99999999999999999999", "--personas", "3"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("--users: 99999999999999999999 is out of range: expected 1 to 4294967294"));
}

}  // namespace ampcf::testing
