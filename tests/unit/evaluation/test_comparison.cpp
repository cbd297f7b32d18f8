#include "ampcf/evaluation/bootstrap.hpp"
#include "ampcf/evaluation/comparison/comparison.hpp"
#include "ampcf/evaluation/comparison/paired_tests.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/evaluation/report.hpp"
#include "ampcf/storage/file.hpp"
#include "support/error_of.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace ampcf::evaluation {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Numbers = std::vector<double>;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

class Comparing : public ::testing::Test {
 protected:
  struct Content {
    std::map<std::string, Numbers> columns;
    std::string fingerprint = "data";
    std::string positives = "p";
    std::string candidates = "c";
    std::string taste = "none";
  };

  std::filesystem::path write(const std::string& name, const Content& content) const {
    const auto path = directory_ / name;
    storage::commit_file(path, [&](storage::File& file) {
      file.set_text_attribute("format", "ampcf-metrics");
      file.set_attribute<std::int32_t>("version", kMetricsVersion);
      file.set_text_attribute("dataset_fingerprint", content.fingerprint);
      file.set_text_attribute("split", "test");
      file.set_text_attribute("positives", content.positives);
      file.set_text_attribute("candidates", content.candidates);
      file.set_text_attribute("taste", content.taste);
      std::string names;
      std::uint64_t users = 0;
      for (const auto& [column, values] : content.columns) {
        names += (names.empty() ? "" : ",") + column;
        users = values.size();
        file.write<double>("/users/" + column, {users}, values);
      }
      file.set_text_attribute("columns", names);
      file.write<double>("/users/rank_full", {users}, Numbers(users, 0.0));
    });
    return path;
  }

  std::string fault_of(const Content& first, const Content& other) const {
    return testing::error_of<UsageError>([&] {
      (void)compare({write("first.h5", first), write("other.h5", other)}, {}, rules_);
    });
  }

  testing::TemporaryDirectory directory_;
  BootstrapRules rules_{2000, 0.95, 1};
};

}  // namespace

TEST(Wilcoxon, OfFewDifferencesIsExact) {
  // Five positive differences: 1 of 32 patterns is as extreme on either side.
  EXPECT_DOUBLE_EQ(wilcoxon_signed_rank(Numbers{1, 2, 3, 4, 5}), 2.0 / 32.0);
  EXPECT_DOUBLE_EQ(wilcoxon_signed_rank(Numbers{-1, -2, -3, -4, -5}), 2.0 / 32.0);
  // Sum of positive ranks 13 of 15, so 2 and less on the other side: patterns {}, {1}, {2} of 32.
  EXPECT_DOUBLE_EQ(wilcoxon_signed_rank(Numbers{1, -2, 3, 4, 5}), 2.0 * 3.0 / 32.0);
  EXPECT_DOUBLE_EQ(wilcoxon_signed_rank(Numbers{0, 0, 7}), 1.0);
  EXPECT_DOUBLE_EQ(wilcoxon_signed_rank(Numbers{0, 0}), 1.0);
  EXPECT_DOUBLE_EQ(wilcoxon_signed_rank(Numbers{}), 1.0);
}

TEST(Wilcoxon, SharesRanksOfEqualSizes) {
  // |d| 1 1 2: ranks 1.5 1.5 3. The negative sum is 1.5: patterns with a sum of 1.5 or less are {} and either 1.5.
  EXPECT_DOUBLE_EQ(wilcoxon_signed_rank(Numbers{1, -1, 2}), 2.0 * 3.0 / 8.0);
}

TEST(Wilcoxon, OfManyDifferencesIsNearTheExactOne) {
  // 50 differences are exact, 51 approximated: with one more of no weight the two must be close.
  Numbers differences;
  for (int i = 1; i <= 50; ++i) {
    differences.push_back(i % 3 == 0 ? -i : i);
  }
  const double exact = wilcoxon_signed_rank(differences);
  differences.push_back(0.5);
  EXPECT_NEAR(wilcoxon_signed_rank(differences), exact, 0.01);
}

TEST(Wilcoxon, CorrectsTheVarianceForTies) {
  // 60 differences of one size, 40 positive: rank sum 40 * 30.5, variance sum of squared ranks / 4 = 60 * 30.5^2 / 4.
  Numbers differences(60, 1.0);
  std::fill(differences.begin(), differences.begin() + 20, -1.0);
  const double z = (40.0 * 30.5 - 60.0 * 61.0 / 4.0) / std::sqrt(60.0 * 30.5 * 30.5 / 4.0);
  EXPECT_NEAR(wilcoxon_signed_rank(differences), std::erfc(z / std::sqrt(2.0)), 1e-12);
}

TEST(Holm, MultipliesByWhatIsLeftAndNeverFalls) {
  EXPECT_THAT(holm({0.01, 0.04, 0.03, 0.005}), ElementsAre(0.03, 0.06, 0.06, 0.02));
  EXPECT_THAT(holm({0.9, 0.8}), ElementsAre(1.0, 1.0));
  EXPECT_TRUE(holm({}).empty());
}

TEST(Bootstrap, WeightsCountAsManyDrawsAsUsersAndFollowTheAddress) {
  std::vector<std::uint32_t> weights(1000);
  draw_weights(1, 5, weights);
  EXPECT_EQ(std::accumulate(weights.begin(), weights.end(), 0U), 1000U);
  EXPECT_NEAR(static_cast<double>(std::count(weights.begin(), weights.end(), 0U)), 1000.0 / std::exp(1.0), 60.0);
  auto others = weights;
  draw_weights(1, 6, others);
  EXPECT_NE(weights, others);
  draw_weights(1, 5, others);
  EXPECT_EQ(weights, others);
}

TEST(Bootstrap, IntervalsAreQuantiles) {
  Numbers values(101);
  std::iota(values.begin(), values.end(), 0.0);
  std::reverse(values.begin(), values.end());
  values.push_back(kNone);
  const auto interval = percentile_interval(values, 0.9);
  EXPECT_NEAR(interval.low, 5.0, 1e-9);
  EXPECT_NEAR(interval.high, 95.0, 1e-9);
  EXPECT_TRUE(std::isnan(percentile_interval({kNone}, 0.9).low));
}

TEST(Bootstrap, ProbabilitiesCountTheSmallerSide) {
  EXPECT_DOUBLE_EQ(bootstrap_probability(Numbers{1, 2, 3, -1}), 2.0 * 2.0 / 5.0);
  EXPECT_DOUBLE_EQ(bootstrap_probability(Numbers(99, 1.0)), 2.0 / 100.0);
  EXPECT_DOUBLE_EQ(bootstrap_probability(Numbers(9, 0.0)), 1.0);
}

TEST(Bootstrap, IntervalsOfAMeanAgreeWithItsStandardError) {
  UserMean mean;
  for (std::uint32_t user = 0; user < 400; ++user) {
    mean.user.push_back(user);
    mean.value.push_back(user % 2);
  }
  Numbers resampled;
  std::vector<std::uint32_t> weights(400);
  for (std::uint64_t number = 0; number < 4000; ++number) {
    draw_weights(3, number, weights);
    resampled.push_back(mean.of(weights));
  }
  const auto interval = percentile_interval(resampled, 0.95);
  const double error = 0.5 / std::sqrt(400.0);
  EXPECT_NEAR(interval.low, 0.5 - 1.96 * error, 0.15 * error);
  EXPECT_NEAR(interval.high, 0.5 + 1.96 * error, 0.15 * error);
}

TEST_F(Comparing, DifferencesAreOverTheUsersOfBoth) {
  const auto a = write("a.h5", {{{"full_hr@10", {0, 0, 1, kNone, 0, 1}}}});
  const auto b = write("b.h5", {{{"full_hr@10", {1, 1, 1, 1, kNone, 1}}}});
  const auto found = compare({a, b}, {}, rules_);
  ASSERT_EQ(found.metrics.size(), 1U);
  const auto& values = found.metrics[0].values;
  EXPECT_DOUBLE_EQ(values[0]->mean, 2.0 / 5.0);
  EXPECT_FALSE(values[0]->difference.has_value());
  EXPECT_DOUBLE_EQ(values[1]->mean, 1.0);
  EXPECT_DOUBLE_EQ(values[1]->difference->mean, 0.5);
  EXPECT_EQ(values[1]->difference->users, 4U);
  EXPECT_DOUBLE_EQ(values[1]->difference->wilcoxon, 0.5);  // two positive differences: 2 of 4 patterns
}

TEST_F(Comparing, AFileWithItselfFindsNothing) {
  const auto a = write("a.h5", {{{"tdd_js", {0.3, 0.1, 0.2}}}});
  const auto found = compare({a, a}, {}, rules_);
  const auto& difference = *found.metrics[0].values[1]->difference;
  EXPECT_EQ(difference.mean, 0.0);
  EXPECT_EQ(difference.bootstrap_holm, 1.0);
  EXPECT_EQ(difference.wilcoxon_holm, 1.0);
}

TEST_F(Comparing, CorrectsOverTheWholeTable) {
  const auto a = write("a.h5", {{{"full_hr@10", Numbers(30, 0.0)}, {"tdd_js", Numbers(30, 0.5)}}});
  const auto b = write("b.h5", {{{"full_hr@10", Numbers(30, 1.0)}, {"tdd_js", Numbers(30, 0.5)}}});
  const auto found = compare({a, b}, {}, rules_);
  const auto& difference = *found.metrics[0].values[1]->difference;
  EXPECT_DOUBLE_EQ(difference.bootstrap, 2.0 / 2001.0);
  EXPECT_DOUBLE_EQ(difference.bootstrap_holm, 4.0 / 2001.0);
  EXPECT_DOUBLE_EQ(compare({a, b}, {"full_hr@10"}, rules_).metrics[0].values[1]->difference->bootstrap_holm,
                   2.0 / 2001.0);
}

TEST_F(Comparing, WhatAFileLacksIsAbsentAndRecallIsNotRepeated) {
  const auto a = write("a.h5", {{{"full_hr@10", {0, 1}}, {"full_recall@10", {0, 1}}}});
  const auto b = write("b.h5", {{{"full_hr@10", {1, 1}}, {"sampled_hr@10", {1, 1}}}});
  const auto found = compare({a, b}, {}, rules_);
  ASSERT_EQ(found.metrics.size(), 2U);
  EXPECT_EQ(found.metrics[1].name, "sampled_hr@10");
  EXPECT_FALSE(found.metrics[1].values[0].has_value());
  EXPECT_FALSE(found.metrics[1].values[1]->difference.has_value());
  EXPECT_THAT(comparison_latex(found), HasSubstr("sampled\\_hr@10 & -- & 1.0000 \\\\"));
  EXPECT_THAT(comparison_csv(found), HasSubstr("sampled_hr@10," + b.string() + ",1,2,,,,,,,,\n"));
}

TEST_F(Comparing, OtherDataItemsOrCandidatesAreRefusedByName) {
  const Content first{{{"full_hr@10", {1.0}}}};
  auto other = first;
  EXPECT_EQ(fault_of(first, other), "no error");
  other.candidates = "others";
  EXPECT_THAT(fault_of(first, other), HasSubstr("candidates"));
  other.positives = "others";
  EXPECT_THAT(fault_of(first, other), HasSubstr("test items"));
  other.fingerprint = "others";
  EXPECT_THAT(fault_of(first, other), HasSubstr("dataset"));
  EXPECT_THAT(fault_of(first, other), HasSubstr("other.h5"));
}

TEST_F(Comparing, FilesThatLieAboutTheirUsersAreBadData) {
  const auto a = write("a.h5", {{{"full_hr@10", {0, 1}}}});
  const auto b = write("b.h5", {{{"full_hr@10", {0, 1, 1}}}});
  EXPECT_THROW((void)compare({a, b}, {}, rules_), DataError);
}

}  // namespace ampcf::evaluation
