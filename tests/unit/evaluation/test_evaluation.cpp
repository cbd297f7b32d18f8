#include "ampcf/evaluation/evaluation.hpp"

#include "evaluation_of.hpp"

#include <gmock/gmock.h>

namespace ampcf::evaluation {

namespace {

using testing::EvaluationOf;
using ::testing::HasSubstr;
using testing::world;

}  // namespace

TEST_F(EvaluationOf, MeansAreThoseOfTheUsersThatHaveThem) {
  const auto json = run(world());
  const auto file = storage::File::open(directory_ / "metrics.h5");
  double hits = 0.0;
  std::uint64_t users = 0;
  for (const double rank : file.read<double>("/users/rank_full")) {
    users += std::isnan(rank) ? 0 : 1;
  }
  for (const double hit : file.read<double>("/users/full_hr@10")) {
    hits += std::isnan(hit) ? 0.0 : hit;
  }
  EXPECT_EQ(json["users"], users);
  EXPECT_EQ(json["counts"]["users_without_test_item"], data_.users.size() - users);
  EXPECT_DOUBLE_EQ(json["full"]["hr@10"], hits / static_cast<double>(users));
  EXPECT_EQ(file.shape("/recommendations/item"), (storage::Shape{53, 30}));
  EXPECT_EQ(file.shape("/taste/items")[0], 90U);
  EXPECT_EQ(file.shape("/taste/items")[1], file.shape("/taste/centroids")[1]);
}

TEST_F(EvaluationOf, WhatCannotBeMeasuredIsAbsentNotZero) {
  options_.baseline.clear();
  options_.recommendations = write("lists.csv", "u3,i1,2\n");
  const auto of_a_list = run(world());
  EXPECT_FALSE(of_a_list.contains("sampled"));
  EXPECT_TRUE(of_a_list["full"].contains("hr@10"));
  EXPECT_TRUE(of_a_list["lists"].contains("novelty@10"));
  EXPECT_FALSE(of_a_list["lists"].contains("diversity@10"));       // the only list has one item
  EXPECT_FALSE(of_a_list["lists"].contains("miscalibration@10"));  // there are no tags
  EXPECT_FALSE(storage::File::open(directory_ / "metrics.h5").contains("/users/sampled_hr@10"));
  options_.recommendations.clear();
  options_.baseline = "popularity";
  options_.has_tdd = false;
  EXPECT_FALSE(run(world()).contains("tdd"));
  for (auto& user : data_.users) {
    user.test = kNoItem;
  }
  data_.write(options_.data);
  const auto json = run(world());
  EXPECT_FALSE(json.contains("sampled") || json.contains("full"));
  EXPECT_EQ(json["users"], 0);
}

TEST_F(EvaluationOf, ATestFileAveragesItsUsersAloneAndCountsTheUnknown) {
  options_.test_file = write("test.tsv", "u2\ti1\ti5\tnobody\nu40\tunheard\ti1\n");
  options_.cutoffs = {1000};
  const auto json = run(world());
  EXPECT_EQ(json["users"], 2);
  EXPECT_DOUBLE_EQ(json["full"]["hr@1000"], 0.5);  // the unknown positive is a miss at any k
  EXPECT_DOUBLE_EQ(json["sampled"]["hr@1000"], 0.5);
  EXPECT_EQ(json["counts"]["unknown_items"], 2);
  EXPECT_EQ(json["counts"]["unknown_positives"], 1);
  EXPECT_EQ(json["counts"]["users_averaged_in_tdd"], 2);
}

TEST_F(EvaluationOf, PartsOfASliceAverageToTheWhole) {
  const auto json = run(world());
  for (const auto& [name, slice] : json["slices"].items()) {
    double total = 0.0;
    std::uint64_t users = 0;
    for (const auto& part : slice) {
      total += part["full"]["ndcg@10"].get<double>() * part["users"].get<double>();
      users += part["users"].get<std::uint64_t>();
    }
    if (name != "taste") {  // users without training items have no taste
      EXPECT_EQ(users, json["users"]) << name;
      EXPECT_NEAR(total / static_cast<double>(users), json["full"]["ndcg@10"].get<double>(), 1e-12) << name;
    }
  }
}

TEST_F(EvaluationOf, IntervalsFollowTheirSeedLevelAndNumber) {
  const auto at_95 = run(world())["intervals"];
  options_.bootstrap.level = 0.5;
  const auto at_50 = run(world())["intervals"];
  EXPECT_LT(at_95["full"]["hr@10"][0], at_50["full"]["hr@10"][0]);
  EXPECT_GT(at_95["lists"]["novelty@10"][1], at_50["lists"]["novelty@10"][1]);
  options_.bootstrap.seed = 2;
  EXPECT_NE(run(world())["intervals"]["full"], at_50["full"]);
  options_.bootstrap.resamples = 0;
  EXPECT_FALSE(run(world()).contains("intervals"));
}

TEST_F(EvaluationOf, ACheckpointOfOtherDataIsRefusedNamingBothFingerprints) {
  take_model("another");
  const auto fault = fault_of(ExitCode::usage);
  EXPECT_THAT(fault, HasSubstr("another"));
  EXPECT_THAT(fault, HasSubstr(dataset::Dataset(options_.data).fingerprint()));
  EXPECT_FALSE(std::filesystem::exists(options_.output));
}

TEST_F(EvaluationOf, FaultsLeaveNeitherFile) {
  options_.test_file = write("test.tsv", "nobody\ti1\ti2\n");
  EXPECT_THAT(fault_of(ExitCode::data), HasSubstr("test.tsv:1: "));
  EXPECT_FALSE(std::filesystem::exists(options_.output));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "metrics.h5"));
  options_.test_file.clear();
  options_.output = directory_ / "no" / "metrics.json";
  EXPECT_THAT(fault_of(ExitCode::runtime), HasSubstr("no such directory"));
}

}  // namespace ampcf::evaluation
