#include "ampcf/config/options.hpp"

#include "ampcf/core/error.hpp"
#include "support/error_of.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace ampcf::config {

namespace {

using testing::error_of;
using ::testing::HasSubstr;

struct Fixture {
  std::int64_t personas = 4;
  double rate = 0.001;
  bool is_seen = false;
  std::string attention = "learned";
  std::vector<std::string> inputs;
  std::vector<std::string> compared;
  OptionTable table{"ampcf-test", "a test", "ampcf-test [options]"};

  Fixture() {
    table.begin_group("Model");
    table.add("personas", personas, "personas of a user", kAtLeastOne);
    table.add("learning-rate", rate, "step of Adam", kPositive);
    table.add("exclude-seen", is_seen, "redraw seen negatives");
    table.add_choice("attention", attention, {"learned", "identity"}, "projections");
    table.add("input", inputs, "PATH", "raw data");
  }

  bool parse(std::vector<const char*> words) {
    words.insert(words.begin(), "ampcf-test");
    return table.parse(static_cast<int>(words.size()), words.data(), false);
  }
};

}  // namespace

TEST(Options, ThatTakeManyTakeTheWordsThatFollow) {
  Fixture f;
  f.table.add("compare", f.compared, "PATH", "files").takes_many = true;
  f.parse({"--compare", "a", "b", "--personas", "3", "--compare", "c"});
  EXPECT_EQ(f.compared, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(f.personas, 3);
  EXPECT_NE(error_of<UsageError>([&] { f.parse({"--compare", "a", "--personas", "3", "b"}); }), "no error");
  EXPECT_NE(error_of<UsageError>([&] { f.parse({"b", "--compare", "a"}); }), "no error");
  EXPECT_NE(error_of<UsageError>([&] { f.parse({"--compare", "a", "--unknown"}); }), "no error");
}

TEST(Options, TakeValuesFromTheCommandLine) {
  Fixture f;
  EXPECT_TRUE(f.parse({"--personas", "8", "--learning-rate=0.5", "--exclude-seen", "--input", "a", "--input", "b"}));
  EXPECT_EQ(f.personas, 8);
  EXPECT_EQ(f.rate, 0.5);
  EXPECT_TRUE(f.is_seen);
  EXPECT_THAT(f.inputs, ::testing::ElementsAre("a", "b"));
  EXPECT_TRUE(f.table.is_given("personas"));
  EXPECT_FALSE(f.table.is_given("attention"));
}

TEST(Options, SwitchesTakeTrueAndFalseInBothForms) {
  Fixture f;
  f.parse({"--exclude-seen", "true"});
  EXPECT_TRUE(f.is_seen);
  Fixture g;
  g.parse({"--exclude-seen=false"});
  EXPECT_FALSE(g.is_seen);
}

TEST(Options, NegativeNumbersAreValuesNotOptions) {
  EXPECT_THAT(error_of<UsageError>([] { Fixture().parse({"--learning-rate", "-1"}); }), HasSubstr("expected above 0"));
}

// `--output --resume` trained into a directory called --resume.
TEST(Options, AreNoValuesOfTheOptionBefore) {
  EXPECT_THAT(error_of<UsageError>([] {
                Fixture().parse({"--input", "--exclude-seen"});
              }),
              HasSubstr("--input: expected PATH, found the option --exclude-seen"));
  EXPECT_THAT(error_of<UsageError>([] {
                Fixture().parse({"--input", "--personas=2"});
              }),
              HasSubstr("--input: expected PATH, found the option --personas"));
  EXPECT_THAT(error_of<UsageError>([] { Fixture().parse({"--personas", "--help"}); }), HasSubstr("--help"));
  Fixture f;
  f.parse({"--input=--personas", "--input", "--unknown"});
  EXPECT_THAT(f.inputs, ::testing::ElementsAre("--personas", "--unknown"));
}

TEST(Options, UnknownOnesNameTheNearestKnown) {
  EXPECT_THAT(error_of<UsageError>([] { Fixture().parse({"--personnas", "8"}); }), HasSubstr("'personas'"));
  EXPECT_THAT(error_of<UsageError>([] { Fixture().parse({"--persona", "8"}); }), HasSubstr("unknown option 'persona'"));
  EXPECT_THAT(error_of<UsageError>([] { Fixture().parse({"stray"}); }), HasSubstr("'stray'"));
}

TEST(Options, BadValuesSayWhatWasFoundAndExpected) {
  EXPECT_THAT(error_of<UsageError>([] { Fixture().parse({"--personas", "four"}); }), HasSubstr("'four'"));
  EXPECT_THAT(error_of<UsageError>([] { Fixture().parse({"--personas", "0"}); }), HasSubstr("1 or more"));
  EXPECT_THAT(error_of<UsageError>([] {
                Fixture().parse({"--personas", "99999999999999999999"});
              }),
              HasSubstr("--personas: 99999999999999999999 is out of range: expected at most 9223372036854775807"));
  EXPECT_THAT(error_of<UsageError>([] { Fixture().parse({"--attention", "both"}); }), HasSubstr("learned|identity"));
  EXPECT_THAT(error_of<UsageError>([] { Fixture().parse({"--learning-rate", "nan"}); }), HasSubstr("'nan'"));
  EXPECT_THAT(error_of<UsageError>([] { Fixture().parse({"--personas"}); }), HasSubstr("personas"));
  EXPECT_THAT(error_of<UsageError>([] {
                Fixture().parse({"--personas", "2", "--personas", "3"});
              }),
              HasSubstr("twice"));
}

TEST(Ini, IsOverriddenByTheCommandLineAndRoundTrips) {
  Fixture f;
  f.table.read_ini("\xEF\xBB\xBF# a comment\r\npersonas = 2\r\n\r\nexclude-seen=true # why\n", "run.ini");
  EXPECT_EQ(f.personas, 2);
  EXPECT_TRUE(f.is_seen);
  Fixture g;
  g.table.read_ini(f.table.resolved(), "config.ini");
  EXPECT_EQ(g.table.resolved(), f.table.resolved());
}

TEST(Ini, GivesWayToTheCommandLineWithAllValuesOfAnOption) {
  Fixture f;
  f.table.read_ini("input = a\ninput = b\n", "run.ini");
  EXPECT_THAT(f.inputs, ::testing::ElementsAre("a", "b"));
  f.parse({"--input", "c", "--input", "d"});
  EXPECT_THAT(f.inputs, ::testing::ElementsAre("c", "d"));
}

TEST(Ini, TakesWhatConcernsOneStartAloneButReadsNoOtherFile) {
  std::filesystem::path output;
  OptionTable table("ampcf-test", "a test", "ampcf-test [options]");
  OptionTable::keep_out_of_config(table.add("output", output, "results"));
  table.read_ini("output = run\nlog-level = debug\n", "run.ini");
  EXPECT_EQ(output, "run");
  EXPECT_EQ(table.resolved(), "");
  EXPECT_THAT(error_of<UsageError>([&] { table.read_ini("\nconfig = other.ini\n", "run.ini"); }),
              HasSubstr("run.ini:2: 'config' stands on the command line alone"));
}

TEST(Output, IsNoOtherFileOfTheSameProgram) {
  const testing::TemporaryDirectory directory;
  std::filesystem::path output;
  std::filesystem::path data;
  OptionTable table("ampcf-test", "a test", "ampcf-test [options]");
  table.add("output", output, "results");
  table.add("data", data, "input");
  const auto complaint = [&](const std::filesystem::path& one, const std::filesystem::path& other) {
    data = other;
    return error_of<UsageError>([&] { table.require_other_files(one); });
  };
  std::filesystem::create_directory(directory / "folder");
  EXPECT_THAT(complaint(directory / "a", directory / "a"), HasSubstr("would be written over --data"));
  EXPECT_THAT(complaint(directory / "a", directory / "folder/../a"), HasSubstr("would be written over --data"));
  EXPECT_THAT(complaint("a.csv", "./a.csv"), HasSubstr("would be written over --data"));
  std::ofstream(directory / "file") << "x";
  std::filesystem::create_hard_link(directory / "file", directory / "link");
  EXPECT_THAT(complaint(directory / "link", directory / "file"), HasSubstr("would be written over --data"));
  EXPECT_EQ(complaint(directory / "a", directory / "b"), "no error");
  EXPECT_EQ(complaint(directory / "a", ""), "no error");
}

// Lines were appended to a dataset.
TEST(LogFile, IsNoOtherFileOfTheSameProgram) {
  const testing::TemporaryDirectory directory;
  std::filesystem::path output;
  std::filesystem::path data;
  std::vector<std::string> inputs;
  const auto parse = [&](const std::filesystem::path& log, LogOptions& settled) {
    inputs.clear();
    OptionTable table("ampcf-test", "a test", "ampcf-test [options]");
    table.add("output", output, "run directory").own_files = {"log.csv", "*.h5"};
    table.add("data", data, "input");
    table.add("input", inputs, "PATH", "raw data").is_path = true;
    const auto in = [&](const char* name) { return (directory / name).string(); };
    const std::vector<std::string> words{"ampcf-test", "--output",   in("run") + "/", "--data",
                                         in("data"),   "--input",    in("a"),         "--input",
                                         in("b"),      "--log-file", log.string()};
    std::vector<const char*> argv;
    for (const auto& word : words) {
      argv.push_back(word.c_str());
    }
    const auto complaint =
        error_of<UsageError>([&] { (void)table.parse(static_cast<int>(argv.size()), argv.data(), false); });
    settled = table.log_options();
    return complaint;
  };
  LogOptions settled;
  EXPECT_THAT(parse(directory / "data", settled), HasSubstr("would be appended to --data"));
  EXPECT_THAT(parse(directory / "x/../b", settled), HasSubstr("would be appended to --input"));
  EXPECT_THAT(parse(directory / "run", settled), HasSubstr("would be appended to --output"));
  EXPECT_THAT(parse(directory / "run/log.csv", settled), HasSubstr("has a file log.csv of its own"));
  EXPECT_THAT(parse(directory / "run/best.h5", settled), HasSubstr("has a file best.h5 of its own"));
  EXPECT_EQ(parse(directory / "run.log", settled), "no error");
  EXPECT_FALSE(settled.is_in_output);
  EXPECT_EQ(parse(directory / "run/train.log", settled), "no error");
  EXPECT_TRUE(settled.is_in_output);
}

// It came back as the default.
TEST(Ini, KeepsATextThatWasMadeEmpty) {
  std::string columns = "user,item";
  OptionTable table("ampcf-test", "a test", "ampcf-test [options]");
  table.add("columns", columns, "LIST", "columns");
  table.read_ini("columns =\n", "run.ini");
  EXPECT_EQ(table.resolved(), "columns = \n");
  table.read_ini(table.resolved(), "config.ini");
  EXPECT_EQ(columns, "");
}

// A path with " #" in it came back cut, one with a line feed as another option.
TEST(Ini, KeepsAnyText) {
  for (const std::string text : {"a # b", "# b", " blanks ", "\"quoted\"", "back\\slash", "\"", "a\nb = c", "\t",
                                 "Zo\xC3\xAB #", "C:\\x #1", "=", "a = b"}) {
    std::string name;
    OptionTable table("ampcf-test", "a test", "ampcf-test [options]");
    table.add("name", name, "TEXT", "a text");
    name = text;
    const auto resolved = table.resolved();
    name = "other";
    table.read_ini(resolved, "config.ini");
    EXPECT_EQ(name, text) << resolved;
  }
}

TEST(Ini, RefusesQuotesThatAreNotClosedOrEscapeNothing) {
  for (const std::string value : {"\"a", "\"a\" b", "\"\\q\"", "\"\\x1\"", "\"\\", "\"\\x0g\""}) {
    EXPECT_THAT(error_of<UsageError>([&] { Fixture().table.read_ini("attention = " + value, "x.ini"); }),
                ::testing::StartsWith("x.ini:1: found "));
  }
  EXPECT_THAT(error_of<UsageError>([&] { Fixture().table.read_ini("attention = \"identity\" # why", "x.ini"); }),
              "no error");
}

TEST(Ini, ErrorsNameFileAndLine) {
  EXPECT_THAT(error_of<UsageError>([] { Fixture().table.read_ini("personas = 2\nperson = 3\n", "x.ini"); }),
              ::testing::StartsWith("x.ini:2: "));
  EXPECT_THAT(error_of<UsageError>([] { Fixture().table.read_ini("\n\npersonas: 3\n", "x.ini"); }),
              ::testing::StartsWith("x.ini:3: "));
  EXPECT_THAT(error_of<UsageError>([] { Fixture().table.read_ini("personas = x\n", "x.ini"); }),
              ::testing::StartsWith("x.ini:1: "));
}

TEST(Help, ListsEveryOptionWithItsDefault) {
  const auto text = Fixture().table.help();
  EXPECT_THAT(text, HasSubstr("--learning-rate X"));
  EXPECT_THAT(text, HasSubstr("(default 0.001)"));
  EXPECT_THAT(text, HasSubstr("--help"));
  EXPECT_FALSE(Fixture().parse({"--help"}));
}

}  // namespace ampcf::config
