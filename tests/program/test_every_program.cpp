#include "support/run_program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf {

namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using testing::ProgramRun;
using ::testing::StartsWith;

/// What all programs have in common, whatever they are for. The build says which there are.
class EveryProgram : public ::testing::TestWithParam<std::string> {
 protected:
  static ProgramRun run(std::vector<std::string> words) {
    words.insert(words.begin(), testing::program(GetParam()));
    return testing::run_program(words);
  }

  /// As in --output, all that the program's table of options knows: the shell completes them.
  static std::vector<std::string> all_options() {
    const auto completion = run({"--describe", "bash"}).out;
    const std::string before = "local options=\"";
    const auto begin = completion.find(before);
    if (begin == std::string::npos) {
      return {};
    }
    const auto end = completion.find('"', begin + before.size());
    std::istringstream names(completion.substr(begin + before.size(), end - begin - before.size()));
    return {std::istream_iterator<std::string>(names), {}};
  }

  static void expect_wrong_usage(const std::vector<std::string>& words, const std::string& complaint) {
    const auto result = run(words);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, HasSubstr(complaint));
  }
};

std::vector<std::string> all_programs() {
  std::istringstream names(AMPCF_PROGRAMS);
  return {std::istream_iterator<std::string>(names), {}};
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  return info.param.substr(std::string("ampcf-").size());
}

INSTANTIATE_TEST_SUITE_P(Build, EveryProgram, ::testing::ValuesIn(all_programs()), test_name);

/// The programs that read a dataset, with what else they require.
class EveryReader : public EveryProgram {
 protected:
  static void expect_refusal(const std::string& data) {
    const testing::TemporaryDirectory directory;
    const auto output = (directory / "output.json").string();
    std::vector<std::string> words{"--data", data};
    if (GetParam() == "ampcf-train") {
      words.insert(words.end(), {"--output", output});
    } else if (GetParam() == "ampcf-evaluate") {
      words.insert(words.end(), {"--checkpoint", data, "--output", output});
    } else {
      words.insert(words.end(), {"--checkpoint", data, "--user", "1"});
    }
    const auto result = run(words);
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, HasSubstr(data));
    EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
  }
};

std::vector<std::string> readers() {
  auto names = all_programs();
  std::erase_if(names, [](const std::string& name) {
    return name != "ampcf-train" && name != "ampcf-evaluate" && name != "ampcf-recommend";
  });
  return names;
}

INSTANTIATE_TEST_SUITE_P(Build, EveryReader, ::testing::ValuesIn(readers()), test_name);

/// The programs of one process.
class EverySerialProgram : public EveryProgram {};

INSTANTIATE_TEST_SUITE_P(Build, EverySerialProgram,
                         ::testing::Values("ampcf-generate", "ampcf-prepare", "ampcf-report"), test_name);

}  // namespace

TEST_P(EveryProgram, HelpsInEightyColumns) {
  std::istringstream help(run({"--help"}).out);
  for (std::string line; std::getline(help, line);) {
    EXPECT_LE(line.size(), 80U) << line;
    EXPECT_FALSE(line.ends_with(' ')) << line;
  }
}

TEST_P(EveryProgram, HelpsWithEveryOption) {
  const auto options = all_options();
  EXPECT_THAT(options, IsSupersetOf({"--config", "--help", "--version", "--output"}));
  const auto help = run({"--help"}).out;
  for (const auto& option : options) {
    EXPECT_THAT(help, ContainsRegex("\n  " + option + "[ \n]"));
  }
}

TEST_P(EveryProgram, HelpsOnStdout) {
  const auto result = run({"--help"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr(GetParam() + " "));
  EXPECT_THAT(result.out, HasSubstr("--config "));
  EXPECT_THAT(result.err, IsEmpty());
}

// The help came to nothing, with exit code 0.
TEST_P(EveryProgram, FailsWhereStdoutIsFull) {
  const auto result = testing::run_program({"sh", "-c", testing::program(GetParam()) + " --help > /dev/full"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("cannot write to standard output: No space left on device"));
}

TEST_P(EveryProgram, NamesItsVersionOnStdout) {
  const auto result = run({"--version"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, StartsWith(GetParam() + " " + AMPCF_VERSION));
  EXPECT_THAT(result.err, IsEmpty());
}

TEST_P(EveryProgram, RefusesAnUnknownOptionNamingTheNearest) {
  expect_wrong_usage({"--hepl"}, "'help'");
  expect_wrong_usage({"--conf", "x.ini"}, "'config'");
}

TEST_P(EveryProgram, RefusesAStrayWord) { expect_wrong_usage({"stray"}, "'stray'"); }

TEST_P(EveryProgram, RefusesToRunWithoutItsRequiredOptions) { expect_wrong_usage({}, "--"); }

TEST_P(EveryProgram, RefusesAMissingConfigFile) { expect_wrong_usage({"--config", "nowhere.ini"}, "nowhere.ini"); }

TEST_P(EveryProgram, RefusesAnUnknownKeyNamingFileAndLine) {
  const testing::TemporaryDirectory directory;
  const auto config = (directory / "x.ini").string();
  std::ofstream(config) << "\nhepl = true\n";
  expect_wrong_usage({"--config", config}, config + ":2: ");
}

TEST_P(EverySerialProgram, UnderMpirunSaysOnceThatItRunsAlone) {
  const auto result = testing::run_program({"mpirun", "-n", "3", testing::program(GetParam()), "--output", "nowhere"});
  EXPECT_EQ(result.exit_code, 2) << result.err;
  EXPECT_THAT(result.out, IsEmpty());
  const std::string complaint = "3 processes were started of a program that runs alone";
  EXPECT_THAT(result.err, HasSubstr(complaint));
  EXPECT_EQ(result.err.find(complaint), result.err.rfind(complaint));
}

TEST_P(EveryReader, RefusesAMissingDataset) { expect_refusal("nowhere.h5"); }

TEST_P(EveryReader, RefusesADatasetThatIsNotHdf5) {
  const testing::TemporaryDirectory directory;
  const auto data = (directory / "data.h5").string();
  std::ofstream(data) << "user,item\n1,2\n";
  expect_refusal(data);
}

}  // namespace ampcf
