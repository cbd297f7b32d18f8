#include "support/run_program.hpp"
#include "unit/evaluation/evaluation_data.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf {

namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::ProgramRun;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

class Evaluate : public ::testing::Test {
 protected:
  Evaluate() { testing::random_data(30, 60).write(data_); }

  ProgramRun run(Words words) const {
    words.insert(words.begin(), testing::program("ampcf-evaluate"));
    return testing::run_program(words);
  }

  ProgramRun run_on_data(Words words) const {
    words.insert(words.begin(), {"--data", data_.string(), "--output", output_.string()});
    return run(words);
  }

  testing::TemporaryDirectory directory_;
  std::filesystem::path data_ = directory_ / "data.h5";
  std::filesystem::path output_ = directory_ / "metrics.json";
};

}  // namespace

TEST_F(Evaluate, PrintsATableAndWritesBothFiles) {
  const auto result = run_on_data({"--baseline", "popularity", "--k", "5"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("baseline popularity\non "));
  EXPECT_THAT(result.out, HasSubstr("hr@5"));
  EXPECT_THAT(result.err, HasSubstr("taste space"));
  EXPECT_THAT(testing::text_of(output_), HasSubstr("\"ndcg@5\""));
  EXPECT_TRUE(std::filesystem::exists(directory_ / "metrics.h5"));
}

TEST_F(Evaluate, PrintsAndComparesInEightyColumns) {
  const auto evaluation = run_on_data({"--baseline", "popularity"});
  ASSERT_EQ(evaluation.exit_code, 0) << evaluation.err;
  const auto metrics = (directory_ / "metrics.h5").string();
  const auto comparison = run({"--compare", metrics, metrics});
  ASSERT_EQ(comparison.exit_code, 0) << comparison.err;
  EXPECT_THAT(evaluation.out, HasSubstr("hr@10"));
  EXPECT_THAT(comparison.out, HasSubstr("full_ndcg@10"));
  std::istringstream lines(evaluation.out + comparison.out);
  for (std::string line; std::getline(lines, line);) {
    if (line.find(directory_.path().string()) == std::string::npos) {
      EXPECT_LE(line.size(), 80U) << line;
    }
  }
}

TEST_F(Evaluate, UnderMpirunPrintsOnceAndWritesTheSame) {
  const auto alone = run_on_data({"--baseline", "random"});
  const auto text = testing::text_of(output_);
  const auto together = testing::run_program({"mpirun", "-n", "3", testing::program("ampcf-evaluate"), "--data",
                                              data_.string(), "--output", output_.string(), "--baseline", "random"});
  EXPECT_EQ(together.exit_code, 0) << together.err;
  EXPECT_EQ(together.out, alone.out);
  EXPECT_EQ(testing::text_of(output_), text);
}

TEST_F(Evaluate, WrongUsageExitsWith2) {
  for (const auto& words :
       {Words{}, Words{"--baseline", "popularity", "--checkpoint", "x.h5"}, Words{"--baseline", "best"},
        Words{"--baseline", "popularity", "--k", "0"}, Words{"--baseline", "popularity", "--k", "5,5"},
        Words{"--baseline", "popularity", "--k", "5,"}, Words{"--baseline", "popularity", "--format", "csv"},
        Words{"--compare", "a.h5", "b.h5"}, Words{"--baseline", "popularity", "--split", "train"},
        Words{"--baseline", "popularity", "--outputs", "x"},
        Words{"--baseline", "popularity", "--test-file", "x", "--split", "validation"},
        Words{"--baseline", "popularity", "--explanations"},
        Words{"--checkpoint", "x.h5", "--explanations-against", "y.h5"},
        Words{"--compare", "a.h5", "b.h5", "--explanations"},
        Words{"--baseline", "popularity", "--tdd", "false", "--taste-space", "x.h5"},
        Words{"--baseline", "popularity", "--tdd", "false", "--tastes", "9"},
        Words{"--baseline", "popularity", "--tastes", "0"},
        Words{"--baseline", "popularity", "--taste-space", (directory_ / "metrics.h5").string()}}) {
    const auto result = run_on_data(words);
    EXPECT_EQ(result.exit_code, 2) << result.err;
    EXPECT_THAT(result.out, IsEmpty());
  }
  const auto name = run({"--data", data_.string(), "--baseline", "popularity", "--output", "metrics"});
  EXPECT_EQ(name.exit_code, 2);
  EXPECT_THAT(name.err, HasSubstr(".json"));
  EXPECT_EQ(run({"--data", data_.string(), "--baseline", "popularity"}).exit_code, 2);
}

TEST_F(Evaluate, NeverWritesOverWhatItReads) {
  const auto before = testing::text_of(data_);
  const auto result =
      run({"--data", data_.string(), "--output", (directory_ / "data.json").string(), "--baseline", "random"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("would be written over"));
  EXPECT_EQ(testing::text_of(data_), before);
  const auto model = directory_ / "best.h5";
  std::ofstream(model) << "a model";
  const auto of_baseline = run({"--data", data_.string(), "--output", (directory_ / "best.json").string(), "--baseline",
                                "direc", "--direc-checkpoint", model.string()});
  EXPECT_EQ(of_baseline.exit_code, 2);
  EXPECT_THAT(of_baseline.err, HasSubstr("would be written over --direc-checkpoint"));
  EXPECT_EQ(testing::text_of(model), "a model");
}

TEST_F(Evaluate, ComparesEarlierEvaluationsInThreeFormats) {
  std::vector<std::string> files;
  for (const std::string name : {"popularity", "random"}) {
    files.push_back((directory_ / (name + ".h5")).string());
    ASSERT_EQ(run({"--data", data_.string(), "--baseline", name, "--output", (directory_ / (name + ".json")).string()})
                  .exit_code,
              0);
  }
  const auto text = run({"--compare", files[0], files[1]});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("full_ndcg@10"));
  const auto csv = run({"--compare", files[0], files[1], "--format", "csv", "--metrics", "full_hr@10,tdd_js"});
  EXPECT_THAT(csv.out, StartsWith("metric,file,mean,users,difference,"));
  EXPECT_EQ(std::count(csv.out.begin(), csv.out.end(), '\n'), 5);
  const auto part = run({"--compare", files[0], files[1], "--metrics", "full_hr@10:user_activity:low"});
  EXPECT_THAT(part.out, HasSubstr("full_hr@10:user_activity:low"));
  EXPECT_EQ(run({"--compare", files[0], files[1], "--metrics", "full_hr@10:user_activity:none"}).exit_code, 2);
  EXPECT_THAT(run({"--format", "latex", "--compare", files[0], files[1]}).out, HasSubstr("\\begin{tabular}{lrr}"));
  EXPECT_EQ(
      testing::run_program({"mpirun", "-n", "2", testing::program("ampcf-evaluate"), "--compare", files[0], files[1]})
          .out,
      text.out);
}

TEST_F(Evaluate, RefusesToCompareWhatIsNotComparable) {
  const auto first = (directory_ / "metrics.h5").string();
  ASSERT_EQ(run_on_data({"--baseline", "popularity"}).exit_code, 0);
  EXPECT_EQ(run({"--compare", first}).exit_code, 2);
  const auto text = run({"--compare", first, output_.string()});
  EXPECT_EQ(text.exit_code, 2);
  EXPECT_THAT(text.err, HasSubstr("no figures of single users, expected '" + first + "' beside it"));
  EXPECT_EQ(run({"--compare", first, first, "--metrics", "full_hr@7"}).exit_code, 2);
  EXPECT_EQ(run({"--compare", first, first, "--bootstrap", "0"}).exit_code, 2);
  EXPECT_EQ(run({"--compare", first, data_.string()}).exit_code, 3);
  EXPECT_EQ(run({"--compare", first, (directory_ / "none.h5").string()}).exit_code, 3);
}

TEST_F(Evaluate, BadDataExitsWith3AndBadCheckpointsWith1) {
  const auto other = directory_ / "other.h5";
  std::ofstream(other) << "no HDF5";
  const Words output{"--output", output_.string()};
  const auto data = run({"--data", other.string(), "--baseline", "popularity", "--output", output_.string()});
  EXPECT_EQ(data.exit_code, 3);
  EXPECT_THAT(data.err, HasSubstr("other.h5"));
  EXPECT_EQ(run_on_data({"--checkpoint", other.string()}).exit_code, 1);
  EXPECT_EQ(run_on_data({"--checkpoint", data_.string()}).exit_code, 1);
  EXPECT_EQ(run_on_data({"--recommendations", (directory_ / "none.csv").string()}).exit_code, 3);
  EXPECT_EQ(run_on_data({"--baseline", "popularity", "--test-file", other.string()}).exit_code, 3);
  EXPECT_FALSE(std::filesystem::exists(output_));
}

TEST_F(Evaluate, ErrorsUnderMpirunAreThoseOfOneRank) {
  std::ofstream(directory_ / "lists.csv") << "u1,i1,1\nnobody,i1,1\n";
  const auto result =
      testing::run_program({"mpirun", "-n", "3", testing::program("ampcf-evaluate"), "--data", data_.string(),
                            "--output", output_.string(), "--recommendations", (directory_ / "lists.csv").string()});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("lists.csv:2: "));
}

// A model was replaced by its metrics.
TEST_F(Evaluate, DoesNotReplaceAFileOfAnotherFormat) {
  std::filesystem::copy_file(data_, directory_ / "metrics.h5");
  const auto result = run_on_data({"--baseline", "popularity"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err,
              HasSubstr("metrics.h5: found a file of format ampcf-dataset, and one of format ampcf-metrics"));
}

TEST_F(Evaluate, SaysWhatIsMissingBeforeTheTasteSpaceIsBuilt) {
  const auto expect_at_once = [&](const Words& words, int exit_code) {
    const auto result = run_on_data(words);
    EXPECT_EQ(result.exit_code, exit_code);
    EXPECT_THAT(result.err, ::testing::Not(HasSubstr(" info taste space: "))) << words.back();
  };
  expect_at_once({"--baseline", "direc"}, 2);
  expect_at_once({"--baseline", "direc", "--direc-checkpoint", (directory_ / "none.h5").string()}, 1);
  expect_at_once({"--recommendations", (directory_ / "none.csv").string()}, 3);
  std::ofstream(directory_ / "bad.csv") << "one field\n";
  expect_at_once({"--recommendations", (directory_ / "bad.csv").string()}, 3);
}

TEST_F(Evaluate, AppendsItsLogToNoneOfItsFiles) {
  for (const auto& file : {data_, output_, directory_ / "metrics.h5"}) {
    const auto result = run_on_data({"--baseline", "popularity", "--log-file", file.string()});
    EXPECT_EQ(result.exit_code, 2) << file;
    EXPECT_THAT(result.err, HasSubstr("--log-file")) << file;
  }
}

TEST_F(Evaluate, GoesOnWhereTheLogFileIsFullAndSaysSoOnce) {
  const auto result = run_on_data({"--baseline", "popularity", "--log-file", "/dev/full"});
  EXPECT_EQ(result.exit_code, 0);
  const std::string complaint = "cannot write --log-file /dev/full: No space left on device";
  EXPECT_THAT(result.err, HasSubstr(complaint));
  EXPECT_EQ(result.err.find(complaint), result.err.rfind(complaint));
}

}  // namespace ampcf
