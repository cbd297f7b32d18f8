#include "ampcf/core/error.hpp"
#include "ampcf/evaluation/report.hpp"
#include "report/input/subjects.hpp"
#include "support/error_of.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

namespace ampcf::report {

namespace {

using ::testing::AllOf;
using testing::error_of;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// What every metrics.json of today says first.
std::string beginning_of_metrics() {
  return fmt::format(R"({{"format": "ampcf-metrics", "version": {})", evaluation::kMetricsVersion);
}

class Inputs : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((directory_ / name).parent_path());
    std::ofstream(directory_ / name, std::ios::binary) << text;
    return directory_ / name;
  }

  std::string fault_of_log(const std::string& text) const {
    const auto path = write("log.csv", text);
    auto fault = error_of<DataError>([&] { (void)read_log(path); });
    EXPECT_THAT(fault, StartsWith(path.string() + ":"));
    return fault.substr(std::min(fault.size(), path.string().size() + 1));
  }

  std::string fault_of_metrics(const std::string& text) const {
    const auto path = write("metrics.json", text);
    return error_of<DataError>([&] { (void)read_metrics(path); });
  }

  testing::TemporaryDirectory directory_;
};

}  // namespace

TEST_F(Inputs, ALogIsItsColumnsByName) {
  const auto log = read_log(write("log.csv", "epoch,new,loss\n1,5,0.5\n3,,0.25\n"));
  EXPECT_THAT(log.at("epoch"), ::testing::ElementsAre(1.0, 3.0));
  EXPECT_THAT(log.at("loss"), ::testing::ElementsAre(0.5, 0.25));
  EXPECT_TRUE(std::isnan(log.at("new")[1]));
}

TEST_F(Inputs, ALogWithoutEpochsIsNoFault) {
  EXPECT_TRUE(read_log(write("log.csv", "epoch,loss\n")).at("loss").empty());
}

TEST_F(Inputs, FaultsOfALogNameFileAndLine) {
  EXPECT_THAT(fault_of_log(""), StartsWith("1: "));
  EXPECT_THAT(fault_of_log("user,item\n1,2\n"), StartsWith("1: "));
  EXPECT_THAT(fault_of_log("epoch,loss,loss\n"), StartsWith("1: "));
  EXPECT_THAT(fault_of_log("epoch,loss\n1,0.5\n2\n"), StartsWith("3: "));
  EXPECT_THAT(fault_of_log("epoch,loss\n1,half\n"), StartsWith("2: "));
  EXPECT_THAT(fault_of_log("epoch,loss\n1,nan\n"), StartsWith("2: "));
  EXPECT_THAT(fault_of_log("epoch,loss\n2,1\n\n1,1\n"), StartsWith("4: "));
  EXPECT_THAT(fault_of_log("epoch,loss\n1.5,1\n"), StartsWith("2: "));
  EXPECT_THAT(fault_of_log("epoch,loss\n,1\n"), StartsWith("2: "));
}

TEST_F(Inputs, ARunNeedsItsFolderItsLogAndItsOptions) {
  EXPECT_THAT(error_of<DataError>([&] { (void)read_run(directory_ / "nowhere"); }), HasSubstr("no such folder"));
  write("run/log.csv", "epoch,loss\n1,0.5\n");
  EXPECT_THAT(error_of<DataError>([&] { (void)read_run(directory_ / "run"); }), HasSubstr("no config.ini"));
  write("run/config.ini", "personas = 4\nbroken\n");
  EXPECT_THAT(error_of<DataError>([&] { (void)read_run(directory_ / "run"); }), HasSubstr("config.ini:2: "));
  write("run/config.ini", "# options\npersonas = 4\n");
  const auto run = read_run(directory_ / "run");
  EXPECT_EQ(run.option("personas"), "4");
  EXPECT_EQ(run.option("unknown"), "");
  EXPECT_FALSE(run.best.has_value());
  EXPECT_TRUE(run.column("unknown").empty());
}

TEST_F(Inputs, AColumnWithoutANumberCountsAsAbsent) {
  write("run/config.ini", "");
  write("run/log.csv", "epoch,validation_hr\n1,\n2,\n");
  EXPECT_TRUE(read_run(directory_ / "run").column("validation_hr").empty());
}

TEST_F(Inputs, TruncatedMetricsNameTheLine) {
  const auto fault = fault_of_metrics("{\n  \"format\": \"ampcf-metrics\",\n  \"version\": 2,\n  \"datas");
  EXPECT_THAT(fault, StartsWith((directory_ / "metrics.json").string() + ":4: "));
  EXPECT_THAT(fault_of_metrics(""), StartsWith((directory_ / "metrics.json").string() + ":1: "));
}

TEST_F(Inputs, ForeignJsonIsNamedAsSuch) {
  for (const std::string text : {"[]", "{}", "3", "null", "{\"format\": \"other\"}", "{\"format\": 7}"}) {
    EXPECT_THAT(fault_of_metrics(text), HasSubstr("metrics.json of ampcf-evaluate")) << text;
  }
}

TEST_F(Inputs, MetricsOfAnotherVersionAskForAnEvaluation) {
  EXPECT_THAT(fault_of_metrics(R"({"format": "ampcf-metrics", "version": 1})"), HasSubstr("evaluate again"));
}

TEST_F(Inputs, AMemberOfAnotherKindIsNamed) {
  EXPECT_THAT(fault_of_metrics(beginning_of_metrics() + R"(, "dataset": [1]})"),
              HasSubstr("/dataset is array, expected a text"));
  EXPECT_THAT(fault_of_metrics(beginning_of_metrics() + "}"), HasSubstr("/dataset is missing"));
}

TEST_F(Inputs, NumbersAndNamesThatFitNowhereAreErrorsLikeAnyOther) {
  EXPECT_THAT(fault_of_metrics(R"({"format": 1e999})"), HasSubstr("metrics.json"));
  const auto text = beginning_of_metrics() + R"(, "dataset": "", "dataset_fingerprint": "",
    "split": "", "model": {"kind": "", "name": ""}, "users": 1, "counts": {"users_in_dataset": 1, "items_in_dataset": 1},
    "k": 10, "revision": "", "full": {"99999999999999999999": 1}, "intervals": {"level": 0.5, "full": [1, 2]}})";
  EXPECT_THAT(fault_of_metrics(text), AllOf(HasSubstr("metrics."), Not(HasSubstr("evaluate again"))));
}

TEST_F(Inputs, ADeepJsonIsAnErrorLikeAnyOther) {
  EXPECT_THAT(fault_of_metrics(std::string(500000, '[')), HasSubstr("metrics.json"));
  EXPECT_THAT(fault_of_metrics(std::string(500000, '[') + std::string(500000, ']')), HasSubstr("metrics.json"));
}

TEST_F(Inputs, MissingMetricsAreNamed) {
  EXPECT_THAT(error_of<DataError>([&] { (void)read_metrics(directory_ / "nowhere.json"); }), HasSubstr("nowhere.json"));
}

TEST_F(Inputs, MoreSubjectsThanLettersAreRefused) {
  write("run/config.ini", "");
  write("run/log.csv", "epoch\n1\n");
  const auto run = (directory_ / "run").string();
  EXPECT_EQ(read_subjects(std::vector<std::string>(kMostSubjects, run), {}).back().letter(), "Z");
  EXPECT_THROW((void)read_subjects(std::vector<std::string>(kMostSubjects + 1, run), {}), UsageError);
}

TEST_F(Inputs, ARunIsNamedAfterItsFolder) {
  write("runs/four/config.ini", "");
  write("runs/four/log.csv", "epoch\n1\n");
  const auto subjects = read_subjects({(directory_ / "runs/four").string() + "/"}, {});
  EXPECT_EQ(subjects.front().label, "four");
}

}  // namespace ampcf::report
