#include "ampcf/evaluation/user_sample.hpp"

#include "ampcf/evaluation/figures.hpp"
#include "ampcf/random/philox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace ampcf::evaluation {

namespace {

using communication::Communicator;
using ::testing::ElementsAre;
using ::testing::SizeIs;

// One column of figures, of these users.
UserMeasures measures_of(const std::vector<UserIndex>& users) {
  UserMeasures measures(users.size(), {});
  for (auto& column : measures.columns) {
    for (std::size_t row = 0; row < users.size() && column.name == "ndcg@10"; ++row) {
      column.value[row] = random::Draws(3, random::Stream::generation, users[row]).next_unit();
    }
  }
  return measures;
}

}  // namespace

TEST(UserSample, HasDistinctUsersInTheirOrder) {
  const auto sample = sample_users(1000, 100, 7);
  EXPECT_THAT(sample, SizeIs(100));
  EXPECT_EQ(std::adjacent_find(sample.begin(), sample.end(), std::greater_equal<>()), sample.end());
  EXPECT_LT(sample.back(), 1000U);
  EXPECT_EQ(sample, sample_users(1000, 100, 7));
  EXPECT_NE(sample, sample_users(1000, 100, 8));
}

TEST(UserSample, IsEverybodyWhereThereAreNoMore) {
  EXPECT_THAT(sample_users(3, 3, 1), ElementsAre(0, 1, 2));
  EXPECT_THAT(sample_users(3, 9, 1), ElementsAre(0, 1, 2));
}

TEST(UserSample, GrowsByUsers) {
  const auto few = sample_users(500, 50, 2);
  const auto many = sample_users(500, 80, 2);
  EXPECT_TRUE(std::includes(many.begin(), many.end(), few.begin(), few.end()));
}

TEST(UserSample, TakesEveryUserEquallyOften) {
  constexpr std::uint64_t kSeeds = 2000;
  std::vector<double> taken(20);
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    for (const auto user : sample_users(taken.size(), 5, seed)) {
      taken[user] += 1.0;
    }
  }
  for (const double times : taken) {
    EXPECT_NEAR(times / kSeeds, 0.25, 0.05);  // five standard deviations
  }
}

TEST(UserSample, IsCutAtTheEndsOfARange) {
  const std::vector<UserIndex> sample{2, 5, 8, 9};
  EXPECT_THAT(part_in(sample, {5, 9}), ElementsAre(5, 8));
  EXPECT_THAT(part_in(sample, {6, 8}), SizeIs(0));
}

TEST(UserSample, HasTheIntervalsOfDataThatHoldsNobodyElse) {
  constexpr std::uint64_t kUsers = 60;
  const auto sample = sample_users(kUsers, 25, 1);
  const auto alone = figures_of(Communicator::alone(), measures_of(sample), {}, {});
  std::vector<UserIndex> everybody = MeasureRules().asked_in({0, kUsers});
  auto among_others = measures_of(everybody);
  for (const auto user : everybody) {
    if (!std::binary_search(sample.begin(), sample.end(), user)) {
      for (auto& column : among_others.columns) {
        column.value[user] = std::numeric_limits<double>::quiet_NaN();
      }
    }
  }
  MeasureRules rules;
  rules.sample = &sample;
  const auto sampled = figures_of(Communicator::alone(), among_others, rules, {});
  ASSERT_EQ(sampled.size(), alone.size());
  ASSERT_FALSE(alone.empty());
  for (std::size_t i = 0; i < alone.size(); ++i) {
    EXPECT_EQ(sampled[i].value, alone[i].value);
    EXPECT_EQ(sampled[i].users, alone[i].users);
    EXPECT_EQ(sampled[i].interval->low, alone[i].interval->low);
    EXPECT_EQ(sampled[i].interval->high, alone[i].interval->high);
  }
}

}  // namespace ampcf::evaluation
