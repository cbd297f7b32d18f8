#include "ampcf/evaluation/user_measures.hpp"

#include "ampcf/baselines/baselines.hpp"
#include "ampcf/core/error.hpp"
#include "ampcf/evaluation/taste/distance.hpp"
#include "evaluation_data.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <optional>

namespace ampcf::evaluation {

namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsNan;
using Part = dataset::HeldOutPart;

// Any function of user and item as scores.
class Scores : public ScoreSource {
 public:
  Scores(std::uint64_t items, std::function<float(UserIndex, ItemIndex)> score)
      : ScoreSource(items), score_(std::move(score)) {}

  void score(UserRange users, std::span<float> scores) override {
    for (auto user = users.first; user < users.last; ++user) {
      for (ItemIndex item = 0; item < item_count(); ++item) {
        scores[(user - users.first) * stride() + item] = score_(user, item);
      }
    }
  }

 private:
  std::function<float(UserIndex, ItemIndex)> score_;
};

class Measures : public ::testing::Test {
 protected:
  // Opens the dataset for all its users.
  void use(const testing::EvaluationData& data, Part part = Part::test) {
    data.write(directory_ / "data.h5");
    data_.emplace(directory_ / "data.h5");
    const UserRange all{0, data_->user_count()};
    cases_ = cases_of(*data_, part, all);
    consumed_.emplace(*data_, part, all);
  }

  UserMeasures measure_by(const std::function<float(UserIndex, ItemIndex)>& score) {
    Scores source(data_->item_count(), score);
    return measure(source, cases_, *consumed_, rules_);
  }

  Points some_distances(Eigen::Index tastes) const {
    random::Draws draws(8, random::Stream::generation, 0);
    return Points::NullaryExpr(static_cast<Eigen::Index>(data_->item_count()), tastes,
                               [&] { return static_cast<float>(2.0 * draws.next_unit()); });
  }

  testing::TemporaryDirectory directory_;
  std::optional<dataset::Dataset> data_;
  Cases cases_;
  std::optional<ConsumedItems> consumed_;
  MeasureRules rules_;
};

std::vector<ItemIndex> list_of(const UserMeasures& measures, std::size_t user) {
  const auto first = measures.list.begin() + static_cast<std::ptrdiff_t>(user * kListLength);
  return {first, std::find(first, first + kListLength, kNoCandidate)};
}

// Two users over ten items; scores are the item's number.
testing::EvaluationData two_users() { return {10, {{{9, 0}, 8, 5, {1, 2, 7, 6}}, {{3}, kNoItem, kNoItem, {1}}}}; }

float by_number(UserIndex /*user*/, ItemIndex item) { return static_cast<float>(item); }

}  // namespace

TEST_F(Measures, OfAUserAgreeWithAHandCount) {
  use(two_users());
  const auto found = measure_by(by_number);
  EXPECT_EQ(found.rank_sampled[0], 2.0);  // below 6 and 7
  EXPECT_EQ(found.rank_full[0], 2.0);     // 9 and 8 were consumed
  EXPECT_NEAR(found.of("full_ndcg@10")[0], std::log(2.0) / std::log(4.0), 1e-15);
  EXPECT_THAT(list_of(found, 0), ElementsAre(7, 6, 5, 4, 3, 2, 1));
}

TEST_F(Measures, OfUsersWithoutAPositiveAreNaNButTheyHaveAList) {
  use(two_users());
  const auto found = measure_by(by_number);
  EXPECT_TRUE(std::isnan(found.rank_sampled[1]) && std::isnan(found.of("full_hr@10")[1]));
  EXPECT_EQ(list_of(found, 1).size(), 9U);
}

TEST_F(Measures, OnTheValidationItemKeepTheTestItemInTheCatalogue) {
  auto data = two_users();
  data.users[0].test = 7;
  data.users[0].validation = 5;
  use(data, Part::validation);
  EXPECT_EQ(measure_by(by_number).rank_full[0], 3.0);  // below 8, 7 (the test item) and 6
}

TEST_F(Measures, OfAConstantScorerAreChance) {
  testing::EvaluationData data{150, {{{0}, kNoItem, 140, {}}}};
  data.users[0].candidates.resize(99);
  std::iota(data.users[0].candidates.begin(), data.users[0].candidates.end(), 20U);
  use(data);
  const auto found = measure_by([](auto, auto) { return 0.5F; });
  EXPECT_EQ(found.rank_sampled[0], 49.5);
  EXPECT_DOUBLE_EQ(found.of("sampled_hr@10")[0], 0.10);
  EXPECT_DOUBLE_EQ(found.of("full_hr@10")[0], 10.0 / 149.0);
}

TEST_F(Measures, AreAnErrorWhereAScoreIsNaN) {
  use(two_users());
  EXPECT_THROW((void)measure_by([](auto user, auto item) { return user == 1 && item == 4 ? NAN : 0.0F; }),
               RuntimeError);
}

TEST_F(Measures, OfPopularityAreThoseOfTrainingCounts) {
  const auto data = testing::random_data(40, 50);
  use(data);
  std::vector<float> counts(50, 0.0F);
  for (const auto& user : data.users) {
    for (const auto item : user.train) {
      ++counts[item];
    }
  }
  const auto alone = communication::Communicator::alone();
  const auto popularity =
      baselines::all().find("popularity").make({*data_, dataset::HeldOutPart::test, *consumed_, alone, nullptr, 1});
  const auto found = measure(*popularity, cases_, *consumed_, rules_);
  const auto expected = measure_by([&](auto, auto item) { return counts[item]; });
  EXPECT_EQ(found.list, expected.list);
  for (std::size_t user = 0; user < 40; ++user) {
    const auto& row = data.users[user];
    double better = 0.0;
    for (const auto candidate : row.candidates) {
      better += counts[candidate] > counts[static_cast<std::size_t>(std::max<std::int64_t>(row.test, 0))] ? 1.0 : 0.0;
    }
    if (row.test != kNoItem) {
      EXPECT_GE(found.rank_sampled[user], better);
      EXPECT_EQ(found.rank_sampled[user], expected.rank_sampled[user]);
      EXPECT_EQ(found.rank_full[user], expected.rank_full[user]);
    }
  }
}

TEST_F(Measures, OfRandomScoresAreNearChanceAndFollowTheSeed) {
  use(testing::random_data(600, 120));
  const auto alone = communication::Communicator::alone();
  const auto mean_hit = [&](std::uint64_t seed) {
    const auto source =
        baselines::all().find("random").make({*data_, dataset::HeldOutPart::test, *consumed_, alone, nullptr, seed});
    const auto found = measure(*source, cases_, *consumed_, rules_);
    double total = 0.0;
    double users = 0.0;
    for (const double hit : found.of("sampled_hr@10")) {
      total += std::isnan(hit) ? 0.0 : hit;
      users += std::isnan(hit) ? 0.0 : 1.0;
    }
    return total / users;
  };
  EXPECT_NEAR(mean_hit(1), 10.0 / 26.0, 4.0 * std::sqrt(0.24 / 545.0));  // four standard errors
  EXPECT_EQ(mean_hit(1), mean_hit(1));
  EXPECT_NE(mean_hit(1), mean_hit(2));
}

TEST_F(Measures, OfAnUnknownPositiveAreAMissBelowAllKnownItems) {
  use(two_users());
  cases_ = Cases();
  cases_.users = {0, 2};
  cases_.append(kUnknownItem, {1, 2}, 4);
  cases_.append(2, {1}, 3);
  rules_.cutoffs = {10, 100};
  const auto found = measure_by(by_number);
  EXPECT_EQ(found.rank_sampled[0], 2.0 + 4.0 / 2.0);
  EXPECT_EQ(found.rank_full[0], 7.0);
  EXPECT_EQ(found.of("sampled_hr@10")[0], 0.0);
  EXPECT_EQ(found.of("full_ndcg@100")[0], 0.0);
  EXPECT_EQ(found.rank_sampled[1], 0.0);  // unknown negatives lie below every known item
}

TEST_F(Measures, OfTasteCompareTheListWithTheTrainingItems) {
  use(testing::random_data(30, 60));
  const auto distances = some_distances(7);
  rules_.distances = &distances;
  const auto found = measure_by(by_number);
  for (std::size_t user = 0; user < 30; ++user) {
    const auto train = consumed_->train().of(user);
    if (train.empty()) {
      EXPECT_TRUE(std::isnan(found.of("tdd_js")[user]) && std::isnan(found.of("tdd_hellinger")[user]));
      continue;
    }
    const auto recommended = taste_distribution(distances, list_of(found, user));
    const auto consumed = taste_distribution(distances, {train.begin(), train.end()});
    EXPECT_EQ(found.of("tdd_js")[user], jensen_shannon(recommended, consumed));
    EXPECT_EQ(found.of("tdd_hellinger")[user], hellinger(recommended, consumed));
  }
}

TEST_F(Measures, OfTasteSkipUsersWhoAreNotAveraged) {
  use(two_users());
  const auto distances = some_distances(3);
  rules_.distances = &distances;
  EXPECT_FALSE(std::isnan(measure_by(by_number).of("tdd_js")[1]));
  rules_.is_everyone_averaged = false;
  EXPECT_TRUE(std::isnan(measure_by(by_number).of("tdd_js")[1]));
}

TEST_F(Measures, OfCompleteListsEqualThoseOfTheirScores) {
  use(testing::random_data(30, 60));
  const auto score = [](UserIndex user, ItemIndex item) { return static_cast<float>((item * 7 + user * 13) % 23); };
  const auto by_scores = measure_by(score);
  Recommendations lists;
  lists.users = {0, 30};
  for (UserIndex user = 0; user < 30; ++user) {
    std::vector<ItemIndex> order(60);
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return score(user, a) > score(user, b); });
    for (const auto item : order) {
      lists.item.push_back(item);
      lists.score.push_back(score(user, item));
    }
    lists.indptr.push_back(lists.item.size());
  }
  const auto by_lists = measure(lists, 60, cases_, *consumed_, rules_);
  EXPECT_EQ(by_lists.list, by_scores.list);
  EXPECT_THAT(by_lists.rank_sampled, Each(IsNan()));
  std::uint64_t consumed = 0;
  for (UserIndex user = 0; user < 30; ++user) {
    consumed += consumed_->of(user).size();
    if (cases_.positive[user] != kNoItem) {
      EXPECT_EQ(by_lists.rank_full[user], by_scores.rank_full[user]);
      EXPECT_EQ(by_lists.of("full_ndcg@10")[user], by_scores.of("full_ndcg@10")[user]);
    }
  }
  EXPECT_EQ(by_lists.consumed_in_lists, consumed);
}

TEST_F(Measures, OfShortListsTieTheUnlistedItemsBelowTheListedOnes) {
  use(two_users());
  Recommendations lists;
  lists.users = {0, 2};
  lists.indptr = {0, 3, 3};
  lists.item = {9, 7, 1};  // 9 was consumed
  lists.score = {5.0, 4.0, 3.0};
  const auto found = measure(lists, 10, cases_, *consumed_, rules_);
  // Seven items take part: 7 and 1 are better, the positive 5 ties with 2, 3, 4 and 6.
  EXPECT_EQ(found.rank_full[0], 4.0);
  EXPECT_THAT(list_of(found, 0), ElementsAre(7, 1));
  EXPECT_TRUE(list_of(found, 1).empty());
}

}  // namespace ampcf::evaluation
