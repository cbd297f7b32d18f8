#include "ampcf/evaluation/metrics_file.hpp"
#include "support/run_program.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf {

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::ProgramRun;
using testing::text_of;
using Words = std::vector<std::string>;

const std::string kTitle = "<script>alert(1)</script> & 'x' \xD7\xA9\xD7\x9C";
const std::string kTitleEscaped = "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#39;x&#39; \xD7\xA9\xD7\x9C";

ProgramRun run(const std::string& name, Words words) {
  words.insert(words.begin(), testing::program(name));
  return testing::run_program(words);
}

void expect_done(const ProgramRun& result) { ASSERT_EQ(result.exit_code, 0) << result.err; }

/// Data with hostile titles, two short runs on it, and what the evaluator says of both and of a baseline; all made
/// once.
class Report : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    made_ = std::make_unique<testing::TemporaryDirectory>();
    std::ofstream ratings(*made_ / "ratings.csv");
    std::ofstream items(*made_ / "movies.csv");
    ratings << "userId,movieId,rating,timestamp\n";
    items << "movieId,title,genres\n";
    for (int user = 0; user < 60; ++user) {
      for (int i = 0; i < 8; ++i) {
        ratings << user << ',' << (user * 7 + i * (2 + user % 3)) % 40 << ",5," << i << '\n';
      }
    }
    for (int item = 0; item < 40; ++item) {
      items << item << ",\"" << kTitle << item << "\",Drama|Comedy\n";
    }
    ratings.close();
    items.close();
    expect_done(run("ampcf-prepare", {"--input", in("ratings.csv"), "--format", "movielens-csv", "--items",
                                      in("movies.csv"), "--eval-negatives", "20", "--output", in("data.h5")}));
    for (const std::string personas : {"1", "2"}) {
      expect_done(run("ampcf-train", {"--data", in("data.h5"), "--output", in("run" + personas), "--personas", personas,
                                      "--dim", "16", "--attention-dim", "16", "--epochs", "3"}));
      evaluate({"--checkpoint", in("run" + personas + "/best.h5")}, "m" + personas);
    }
    evaluate({"--baseline", "popularity"}, "popular");
  }

  static void TearDownTestSuite() { made_.reset(); }

  static void evaluate(Words words, const std::string& name) {
    words.insert(words.end(), {"--data", in("data.h5"), "--output", in(name + ".json"), "--bootstrap", "50"});
    expect_done(run("ampcf-evaluate", words));
  }

  static std::string in(const std::string& name) { return (*made_ / name).string(); }

  /// Of everything that was made, two users included.
  static Words everything() {
    return {"--run",       in("run1"),    in("run2"), "--metrics", in("m1.json"), in("m2.h5"),    in("popular.json"),
            "--data",      in("data.h5"), "--user",   "7",         "31",          "--checkpoint", in("run2/best.h5"),
            "--bootstrap", "200"};
  }

  ProgramRun report(Words words) const {
    words.insert(words.end(), {"--output", page_.string()});
    return run("ampcf-report", words);
  }

  /// The page, or nothing where there is no gnuplot: then the test has nothing to look at.
  std::string page_of(const Words& words) const {
    const auto result = report(words);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.out, page_.string() + "\n");
    return text_of(page_);
  }

  void expect_refusal(const Words& words, int code, const std::string& complaint) const {
    const auto result = report(words);
    EXPECT_EQ(result.exit_code, code) << result.err;
    EXPECT_THAT(result.err, HasSubstr(complaint));
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_TRUE(std::filesystem::is_empty(own_.path()));
  }

  static bool has_gnuplot() {
    try {
      return testing::run_program({"gnuplot", "--version"}).exit_code == 0;
    } catch (const RuntimeError&) {
      return false;
    }
  }

  static inline std::unique_ptr<testing::TemporaryDirectory> made_;
  testing::TemporaryDirectory own_;
  std::filesystem::path page_ = own_ / "report.html";
};

/// Those that need charts.
class ReportPage : public Report {
 protected:
  void SetUp() override {
    if (!has_gnuplot()) {
      GTEST_SKIP() << "gnuplot, which draws the charts, is not installed (launch/dependencies)";
    }
  }
};

}  // namespace

TEST_F(ReportPage, ShowsRunsMetricsDifferencesAndUsers) {
  const auto html = page_of(everything());
  for (const std::string heading : {"At a glance", "Learning", "Speed", "Metrics", "Differences", "The long tail",
                                    "Users and their personas", "Options"}) {
    EXPECT_THAT(html, HasSubstr(">" + heading + "</h2>"));
  }
  EXPECT_THAT(html, HasSubstr("AMP-CF, 2 personas, d = 16"));
  EXPECT_THAT(html, HasSubstr("User <bdi>31</bdi>"));
  EXPECT_LT(html.size(), 3000000U);
}

TEST_F(ReportPage, EscapesTitlesAndRunsNothing) {
  const auto html = page_of(everything());
  EXPECT_THAT(html, HasSubstr(kTitleEscaped));
  EXPECT_THAT(html, AllOf(Not(HasSubstr("<script")), Not(HasSubstr("http:")), Not(HasSubstr("https:"))));
}

TEST_F(ReportPage, TheSameInputsGiveTheSameBytes) { EXPECT_EQ(page_of(everything()), page_of(everything())); }

TEST_F(ReportPage, TasteDistancesOfUsersAreTheEvaluators) {
  const auto html = page_of(everything());
  const evaluation::MetricsFile metrics(in("m2.h5"));
  const auto ids = dataset::Dataset(in("data.h5")).user_ids();
  for (const std::string user : {"7", "31"}) {
    const auto row = static_cast<std::size_t>(std::find(ids.begin(), ids.end(), user) - ids.begin());
    EXPECT_THAT(html, HasSubstr(fmt::format("Hellinger {:.4f}, Jensen-Shannon {:.4f}",
                                            metrics.column("tdd_hellinger")[row], metrics.column("tdd_js")[row])));
  }
}

TEST_F(ReportPage, DifferencesAreThoseOfTheEvaluator) {
  const auto html =
      page_of({"--metrics", in("m1.json"), in("m2.json"), "--compare", "full_hr@10", "--bootstrap", "200"});
  const auto csv = run("ampcf-evaluate", {"--compare", in("m1.h5"), in("m2.h5"), "--metrics", "full_hr@10",
                                          "--bootstrap", "200", "--format", "csv"});
  const auto row = csv.out.substr(csv.out.rfind("full_hr@10"));
  std::vector<std::string> fields;
  std::istringstream line(row);
  for (std::string field; std::getline(line, field, ',');) {
    fields.push_back(field);
  }
  const double difference = std::stod(fields[4]);
  EXPECT_THAT(html,
              HasSubstr(fmt::format("{}{:.4f}</td>", difference < 0.0 ? "\xE2\x88\x92" : "+", std::abs(difference))));
  EXPECT_THAT(html, HasSubstr(fmt::format("<td>{:.4f}</td>", std::stod(fields[8]))));
}

TEST_F(ReportPage, RunsAloneAndMetricsAloneAreEnough) {
  const auto of_run = page_of({"--run", in("run1")});
  EXPECT_THAT(of_run, AllOf(HasSubstr(">Learning</h2>"), Not(HasSubstr(">Metrics</h2>"))));
  const auto of_metrics = page_of({"--metrics", in("popular.json")});
  EXPECT_THAT(of_metrics, AllOf(HasSubstr(">Metrics</h2>"), Not(HasSubstr(">Learning</h2>"))));
  EXPECT_THAT(of_metrics, Not(HasSubstr(">Differences</h2>")));
  const auto of_users = page_of({"--checkpoint", in("run2/best.h5"), "--data", in("data.h5"), "--user", "7"});
  EXPECT_THAT(of_users, HasSubstr("none of the metrics has a taste space"));
}

TEST_F(ReportPage, CallsTheEpochBestThatTheTrainerKeeps) {
  const auto folder = own_ / "uneven";
  std::filesystem::create_directory(folder);
  std::ofstream(folder / "config.ini") << "personas = 4\n";
  std::ofstream(folder / "log.csv")
      << "epoch,seconds,loss,loss_data,entropy_positive,entropy_negative,validation_hr,validation_ndcg\n"
      << "1,1,1,1,1,1,0.9,0.3125\n2,1,1,1,1,1,0.5,0.4375\n";
  EXPECT_THAT(page_of({"--run", folder.string()}), HasSubstr("<td>2</td><td>1</td><td>0.9000</td><td>0.3125</td>"));
}

TEST_F(ReportPage, StaysSmallOverLongRunsWithManyEpochs) {
  Words words{"--run"};
  for (int number = 0; number < 12; ++number) {
    const auto folder = own_ / fmt::format("long{}", number);
    std::filesystem::create_directory(folder);
    std::ofstream(folder / "config.ini") << "personas = 4\n";
    std::ofstream log(folder / "log.csv");
    log << "epoch,seconds,loss,loss_data,entropy_positive,entropy_negative,validation_hr,validation_ndcg\n";
    for (int epoch = 1; epoch <= 3000; ++epoch) {
      log << fmt::format("{0},1,{1},{1},{1},{1},{1},{1}\n", epoch, 1.0 / (epoch + number));
    }
    words.push_back(folder.string());
  }
  EXPECT_LT(page_of(words).size(), 1500000U);
}

TEST_F(Report, HelpListsEveryOption) {
  const auto result = run("ampcf-report", {"--help"});
  for (const std::string option : {"run", "metrics", "output", "title", "compare", "bootstrap", "user", "data",
                                   "checkpoint", "top", "history", "config", "version"}) {
    EXPECT_THAT(result.out, HasSubstr("--" + option));
  }
}

TEST_F(Report, WrongUsageExitsWith2AndWritesNothing) {
  expect_refusal({}, 2, "nothing to report");
  expect_refusal({"--user", "7", "--run", in("run1")}, 2, "--data");
  expect_refusal({"--user", "7", "--data", in("data.h5")}, 2, "--checkpoint");
  expect_refusal({"--run", in("run1"), "--data", in("data.h5")}, 2, "--user");
  expect_refusal({"--run", in("run1"), "--top", "5"}, 2, "--top is for portraits of users");
  expect_refusal({"--run", in("run1"), "--metrics", in("m1.json"), "--bootstrap", "5"}, 2, "two --metrics or more");
  expect_refusal({"--run", in("run2"), "--data", in("data.h5"), "--user", "nobody"}, 2, "nobody");
  expect_refusal({"--metrics", in("m1.json"), in("m2.json"), "--compare", "full_hr@99"}, 2, "full_hr@99");
}

TEST_F(Report, BadInputExitsWith3AndWritesNothing) {
  expect_refusal({"--run", in("nowhere")}, 3, "nowhere");
  expect_refusal({"--run", in("data.h5")}, 3, "no such folder");
  expect_refusal({"--metrics", in("nowhere.json")}, 3, "nowhere.json");
  expect_refusal({"--metrics", in("movies.csv")}, 3, "movies.json");
  expect_refusal({"--run", in("run2"), "--data", in("movies.csv"), "--user", "7"}, 3, "movies.csv");
}

TEST_F(Report, TruncatedMetricsAreRefusedByLine) {
  const testing::TemporaryDirectory other;
  const auto whole = text_of(in("m1.json"));
  const auto path = (other / "m1.json").string();
  std::ofstream(path) << whole.substr(0, whole.size() / 2);
  std::filesystem::copy(in("m1.h5"), other / "m1.h5");
  expect_refusal({"--metrics", path}, 3, path + ":");
  std::ofstream(path) << whole;
  std::filesystem::resize_file(other / "m1.h5", 3000);
  expect_refusal({"--metrics", path}, 3, "m1.h5");
}

TEST_F(Report, OtherDataAndOtherItemsAreRefused) {
  const testing::TemporaryDirectory other;
  const auto data = (other / "data.h5").string();
  const auto metrics = (other / "m.json").string();
  expect_done(run("ampcf-prepare", {"--input", in("ratings.csv"), "--format", "movielens-csv", "--eval-negatives", "20",
                                    "--seed", "5", "--split", "random", "--output", data}));
  expect_done(
      run("ampcf-evaluate", {"--data", data, "--baseline", "popularity", "--output", metrics, "--tdd", "false"}));
  expect_refusal({"--metrics", in("m1.json"), metrics}, 2, "differ in the dataset");
  expect_refusal({"--run", in("run1"), "--metrics", metrics}, 2, "differ in the dataset");
  expect_refusal({"--run", in("run1"), "--data", data, "--user", "7"}, 2, "fingerprint");
  std::filesystem::copy(in("m1.h5"), other / "m.h5", std::filesystem::copy_options::overwrite_existing);
  expect_refusal({"--metrics", metrics}, 3, "not of one evaluation");
  expect_done(run("ampcf-evaluate", {"--data", in("data.h5"), "--baseline", "popularity", "--output", metrics, "--tdd",
                                     "false", "--split", "validation"}));
  expect_refusal({"--metrics", in("m1.json"), metrics}, 2, "differ in the split");
}

TEST_F(Report, NeverWritesOverWhatItReads) {
  const auto before = text_of(in("m1.json"));
  const auto result = run("ampcf-report", {"--metrics", in("m1.json"), "--output", in("m1.json")});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(text_of(in("m1.json")), before);
}

TEST_F(Report, AnOldPageStaysWhereTheNewOneFails) {
  std::ofstream(page_) << "old";
  EXPECT_EQ(report({"--run", in("nowhere")}).exit_code, 3);
  EXPECT_EQ(text_of(page_), "old");
}

TEST_F(Report, AMissingGnuplotIsSaidAndNothingWritten) {
  const auto result = testing::run_program({"env", "PATH=" + own_.path().string(), testing::program("ampcf-report"),
                                            "--run", in("run1"), "--output", page_.string()});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("gnuplot-nox"));
  EXPECT_TRUE(std::filesystem::is_empty(own_.path()));
}

TEST_F(Report, AFolderThatIsNotThereIsSaidBeforeTheWork) {
  const auto result = run("ampcf-report", {"--run", in("run1"), "--output", (own_ / "x/report.html").string()});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("no such directory"));
}

}  // namespace ampcf
