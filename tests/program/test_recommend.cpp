#include "support/run_program.hpp"
#include "unit/recommendation/plane.hpp"

#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include <fstream>

namespace ampcf::recommendation {

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::ProgramRun;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

class Recommend : public Plane {
 protected:
  ProgramRun run(const Words& words) const {
    Words command{testing::program("ampcf-recommend"), "--data", (directory / "data.h5").string(), "--checkpoint",
                  (directory / "model.h5").string()};
    command.insert(command.end(), words.begin(), words.end());
    return testing::run_program(command);
  }

  void expect_wrong_usage(const Words& words, const std::string& complaint) const {
    const auto result = run(words);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, HasSubstr(complaint));
  }
};

}  // namespace

TEST_F(Recommend, PrintsListsOfSeveralUsers) {
  const auto result = run({"--user", "a", "b", "--top", "1", "--format", "csv"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, IsEmpty());
  EXPECT_THAT(result.out, StartsWith("user,rank,item,title,"));
  EXPECT_THAT(result.out, HasSubstr("\na,1,i5,Five,"));
  EXPECT_THAT(result.out, HasSubstr("\nb,1,i7,Seven,"));
}

TEST_F(Recommend, AnswersAnUnknownUserWithAWayOut) { expect_wrong_usage({"--user", "a", "nobody"}, "--history FILE"); }

TEST_F(Recommend, WritesAllListsUnderTheNameGiven) {
  const auto output = (directory / "lists.csv").string();
  const auto result = run({"--all", "--output", output, "--top", "2", "--exclude-file", "/dev/null"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(testing::text_of(output), StartsWith("user,item,score\na,i5,"));
}

TEST_F(Recommend, RecommendsToSomebodyWhomTheModelHasNotSeen) {
  std::ofstream(directory / "history.csv") << "i2\ni4\ni6\nunknown\n";
  const auto history = (directory / "history.csv").string();
  const auto list = run({"--history", history, "--top", "1", "--format", "csv"});
  EXPECT_EQ(list.exit_code, 0);
  EXPECT_THAT(list.out, HasSubstr("\nnew,1,i0,"));  // the one even item that is left
  EXPECT_THAT(list.err, HasSubstr("1 line of items that the dataset does not know"));
  EXPECT_EQ(list.out, run({"--history", history, "--top", "1", "--format", "csv"}).out);
  EXPECT_THAT(run({"--history", history, "--cards"}).out, HasSubstr("User new: 3 items of history"));
}

TEST_F(Recommend, MeasuresSuchUsersOnATestFile) {
  std::ofstream(directory / "history.csv") << "x,i2\nx,i4\nx,i6\n";
  std::ofstream(directory / "test.tsv") << "x\ti0\ti1\ti3\n";
  const auto result =
      run({"--history", (directory / "history.csv").string(), "--test-file", (directory / "test.tsv").string()});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("sampled       1.0000    1.0000         1"));
  std::ofstream(directory / "bare.tsv") << "x\ti0\n";
  const auto bare =
      run({"--history", (directory / "history.csv").string(), "--test-file", (directory / "bare.tsv").string()});
  EXPECT_THAT(bare.out, AllOf(HasSubstr("full "), Not(HasSubstr("sampled")))) << "there is nothing to be ranked among";
}

TEST_F(Recommend, GivesAllThereIsToWhoAsksForMore) {
  const auto all = run({"--user", "a", "--top", "1000000000000", "--format", "csv"});
  EXPECT_EQ(all.exit_code, 0) << all.err;
  EXPECT_EQ(all.out, run({"--user", "a", "--top", "1000", "--format", "csv"}).out);
}

TEST_F(Recommend, ColoursWhatATerminalShowsButNothingUnderMpirun) {
  const Words words{testing::program("ampcf-recommend"),
                    "--data",
                    (directory / "data.h5").string(),
                    "--checkpoint",
                    (directory / "model.h5").string(),
                    "--user",
                    "a"};
  const auto in_terminal = [&](const std::string& more) {
    return testing::run_program(
        {"script", "-qec", fmt::format("unset NO_COLOR; {}{}", fmt::join(words, " "), more), "/dev/null"});
  };
  const std::string escape = "\x1b[";
  EXPECT_THAT(in_terminal("").out, HasSubstr(escape));
  EXPECT_THAT(in_terminal(" --color never").out, Not(HasSubstr(escape)));
  EXPECT_THAT(run({"--user", "a"}).out, Not(HasSubstr(escape)));
  EXPECT_THAT(run({"--user", "a", "--color", "always"}).out, HasSubstr(escape));
  auto launched = words;
  launched.insert(launched.begin(), {"mpirun", "-n", "2"});
  const auto result = testing::run_program(launched);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("persona"), Not(HasSubstr(escape)))) << "its ranks see a terminal";
}

TEST_F(Recommend, DescribesThePopulation) {
  const auto result = run({"--all", "--cards"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("personas in use"));
}

TEST_F(Recommend, RefusesWhatDoesNotFitTogether) {
  expect_wrong_usage({}, "0 of --user, --all, --history and --export");
  expect_wrong_usage({"--user", "a", "--all"}, "2 of --user");
  expect_wrong_usage({"--all"}, "--all needs --output");
  expect_wrong_usage({"--all", "--output", "lists.txt"}, ".csv, .h5 or .hdf5");
  expect_wrong_usage({"--user", "a", "--output", "lists.csv"}, "is for --all");
  expect_wrong_usage({"--user", "a", "--test-file", "x"}, "users of --history");
  expect_wrong_usage({"--all", "--output", (directory / "data.h5").string()}, "would be written over --data");
  expect_wrong_usage({"--user", "a", "--format", "csv", "--color", "always"}, "as --format text");
  expect_wrong_usage({"--export", "x", "--top", "3"}, "does not fit --export");
  expect_wrong_usage({"--user", "a", "--only-tags", "Odder"}, "no item has this tag");
  expect_wrong_usage({"--user", "a", "--fit-steps", "3"}, "--fit-steps is for --history");
  expect_wrong_usage({"--user", "a", "--cards", "--nearest", "3"}, "--nearest does not fit --cards");
  expect_wrong_usage({"--history", "h", "--test-file", "t", "--format", "json"}, "--format does not fit --test-file");
}

// Lists came to nothing, with exit code 0; long ones with an error that did not say what could not be written.
TEST_F(Recommend, FailsWhereStdoutIsFull) {
  for (const char* const form : {"csv", "json"}) {
    const auto command = testing::program("ampcf-recommend") + " --data " + (directory / "data.h5").string() +
                         " --checkpoint " + (directory / "model.h5").string() + " --user a --format " + form;
    const auto result = testing::run_program({"sh", "-c", command + " > /dev/full"});
    EXPECT_EQ(result.exit_code, 1) << form;
    EXPECT_THAT(result.err, HasSubstr("cannot write to standard output: No space left on device"));
  }
}

TEST_F(Recommend, DoesNotReplaceAModelByLists) {
  const auto copy = directory / "copy.h5";
  std::filesystem::copy_file(directory / "model.h5", copy);
  expect_wrong_usage({"--all", "--output", copy.string()}, "ampcf-checkpoint, and one of format ampcf-recommendations");
  std::filesystem::rename(copy, directory / "copy.csv");
  expect_wrong_usage({"--all", "--output", (directory / "copy.csv").string()},
                     "ampcf-checkpoint, and one of format CSV");
  ASSERT_EQ(run({"--all", "--output", copy.string()}).exit_code, 0);
  EXPECT_EQ(run({"--all", "--output", copy.string()}).exit_code, 0) << "its own it does";
}

}  // namespace ampcf::recommendation
