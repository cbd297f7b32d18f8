#include "ampcf/dataset/dataset.hpp"
#include "support/run_program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf {

namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::ProgramRun;
using ::testing::StartsWith;

class Prepare : public ::testing::Test {
 protected:
  ProgramRun run(std::vector<std::string> words) const {
    words.insert(words.begin(), testing::program("ampcf-prepare"));
    return testing::run_program(words);
  }

  ProgramRun run_on(const std::string& text, std::vector<std::string> words) const {
    std::ofstream(input_, std::ios::binary) << text;
    words.insert(words.begin(), {"--input", input_.string(), "--output", output_.string()});
    return run(words);
  }

  testing::TemporaryDirectory directory_;
  std::filesystem::path input_ = directory_ / "raw.csv";
  std::filesystem::path output_ = directory_ / "data.h5";
};

}  // namespace

TEST_F(Prepare, PrintsTheSummaryOnStdoutAndTheRestOnStderr) {
  const auto result = run_on("u,a\nu,b\nv,a\nv,b\n", {"--format", "delimited"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("users "));
  EXPECT_THAT(result.out, HasSubstr("sparsity"));
  EXPECT_THAT(result.err, HasSubstr("reading "));
  EXPECT_EQ(dataset::Dataset(output_).user_count(), 2U);
}

TEST_F(Prepare, ReadsItsOwnConfigBack) {
  const auto first = run_on("u;a\nu;b\nv;a\nv;b\n", {"--format", "delimited", "--delimiter", "semicolon"});
  const auto config = dataset::Dataset(output_).file().text_attribute("config");
  std::ofstream(directory_ / "again.ini") << config;
  const auto again = run({"--config", (directory_ / "again.ini").string()});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(again.out, first.out);
}

TEST_F(Prepare, RefusesColumnsOfAFormatThatKnowsItsOwn) {
  const std::string raw = "userId,movieId,rating,timestamp\n1,2,3,4\n1,3,3,5\n2,2,3,4\n2,3,3,5\n";
  const auto refused = run_on(raw, {"--format", "movielens-csv", "--columns", "user,item"});
  EXPECT_EQ(refused.exit_code, 2) << "the default too: more would be read";
  EXPECT_THAT(refused.err,
              HasSubstr("--columns describes files of --format delimited: expected none with --format mov"));
  ASSERT_EQ(run_on(raw, {"--format", "movielens-csv"}).exit_code, 0);
  std::ofstream(directory_ / "again.ini") << dataset::Dataset(output_).file().text_attribute("config");
  EXPECT_EQ(run({"--config", (directory_ / "again.ini").string()}).exit_code, 0) << "all options stand there";
}

TEST_F(Prepare, HelpListsEveryOption) {
  const auto result = run({"--help"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, IsEmpty());
  for (const std::string option : {"input", "format", "output", "items", "min-rating", "max-rating", "min-user-items",
                                   "min-item-users", "users-sample", "split", "validation", "eval-negatives", "seed",
                                   "delimiter", "columns", "header", "config", "version"}) {
    EXPECT_THAT(result.out, HasSubstr("--" + option));
  }
}

TEST_F(Prepare, VersionNamesTheProgram) { EXPECT_THAT(run({"--version"}).out, StartsWith("ampcf-prepare ")); }

TEST_F(Prepare, WrongUsageExitsWith2) {
  EXPECT_EQ(run({}).exit_code, 2);
  const auto unknown = run({"--outptu", "x"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("'output'"));
  using Words = std::vector<std::string>;
  for (const auto& words :
       {Words{"--format", "csv"}, Words{"--format", "delimited", "--delimiter", "ab"},
        Words{"--format", "delimited", "--columns", "user"}, Words{"--format", "adjacency", "--header"},
        Words{"--format", "adjacency", "--min-rating", "3"}, Words{"--format", "delimited", "--min-rating", "3"},
        Words{"--format", "movielens-csv", "--min-rating", "3", "--max-rating", "2"},
        Words{"--format", "ncf", "--min-user-items", "5"}, Words{"--format", "ncf", "--split", "random"},
        Words{"--format", "ncf", "--users-sample", "9"}, Words{"--format", "adjacency", "--eval-negatives", "-1"}}) {
    const auto result = run_on("u,a\n", words);
    EXPECT_EQ(result.exit_code, 2) << words.back() << ": " << result.err;
    EXPECT_THAT(result.out, IsEmpty());
  }
}

TEST_F(Prepare, BadDataExitsWith3AndBeginsWithFileAndLine) {
  const auto missing = run({"--input", (directory_ / "none").string(), "--format", "adjacency", "--output", output_});
  EXPECT_EQ(missing.exit_code, 3);
  EXPECT_THAT(missing.err, HasSubstr("none: cannot open"));
  const auto malformed = run_on("userId,movieId,rating,timestamp\n1,2,x,4\n", {"--format", "movielens-csv"});
  EXPECT_EQ(malformed.exit_code, 3);
  EXPECT_THAT(malformed.err, HasSubstr("\n" + input_.string() + ":2: found 'x', expected a rating"));
  EXPECT_FALSE(std::filesystem::exists(output_));
}

TEST_F(Prepare, AnOutputThatCannotBeWrittenExitsWith1) {
  std::ofstream(input_) << "u a b\n";
  const auto result = run({"--input", input_, "--format", "adjacency", "--output", directory_ / "no" / "data.h5"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("no such directory"));
}

TEST_F(Prepare, DoesNotReplaceAFileOfAnotherFormat) {
  storage::commit_file(output_, [](storage::File& file) { file.set_text_attribute("format", "other"); });
  const auto result = run_on("u,a\nu,b\nv,a\nv,b\n", {"--format", "delimited"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("found a file of format other, and one of format ampcf-dataset"));
}

// It opened the pipe once to see that it opens, whereupon the writer ended, and then waited for another.
TEST_F(Prepare, ReadsAPipeWhoseWriterEnds) {
  const auto pipe = (directory_ / "pipe").string();
  const auto result =
      testing::run_program({"sh", "-c",
                            "mkfifo " + pipe + " && printf 'u,a\\nu,b\\nv,a\\nv,b\\n' > " + pipe +
                                " & sleep 0.3; exec timeout 20 " + testing::program("ampcf-prepare") +
                                " --format delimited --input " + pipe + " --output " + output_.string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(dataset::Dataset(output_).user_count(), 2U);
}

TEST_F(Prepare, AppendsItsLogToNoInput) {
  const auto result = run_on("u,a\nu,b\nv,a\nv,b\n", {"--format", "delimited", "--log-file", input_.string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("would be appended to --input"));
  const auto prefix = (directory_ / "ncf").string();
  for (const char* const part : {".train.rating", ".test.rating", ".test.negative"}) {
    std::ofstream(prefix + part) << "0\t0\t1\t1\n";
    const auto of_ncf =
        run({"--input", prefix, "--format", "ncf", "--output", output_.string(), "--log-file", prefix + part});
    EXPECT_EQ(of_ncf.exit_code, 2) << part;
  }
}

}  // namespace ampcf
