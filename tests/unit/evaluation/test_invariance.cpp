// What a figure must not depend on: the number of ranks, the order of items, who else is measured.

#include "ampcf/evaluation/evaluation.hpp"
#include "ampcf/evaluation/user_sample.hpp"
#include "evaluation_of.hpp"

namespace ampcf::evaluation {

namespace {

using testing::bits_of;
using testing::EvaluationOf;
using testing::Json;
using testing::world;

}  // namespace

TEST_F(EvaluationOf, BaselinesDoesNotDependOnTheRanks) {
  expect_the_same_on_one_rank();
  options_.baseline = "random";
  expect_the_same_on_one_rank();
}

TEST_F(EvaluationOf, AModelDoesNotDependOnTheRanks) {
  take_model();
  expect_the_same_on_one_rank();
  const auto json = run(world());
  EXPECT_EQ(json["model"]["personas"], 3);
  EXPECT_EQ(json["model"]["epoch"], 4);
  EXPECT_EQ(json["model"]["config"], "personas = 3\n");
}

TEST_F(EvaluationOf, ASampleOfUsersDoesNotDependOnTheRanks) {
  take_model();
  options_.users_sample = 17;
  expect_the_same_on_one_rank();
  const auto json = run(world());
  EXPECT_EQ(json["users_sample"], Json({{"users", 17}, {"of", 53}, {"seed", 1}}));
  EXPECT_EQ(json["users"].get<int>() + json["counts"]["users_without_test_item"].get<int>(), 17);
}

TEST_F(EvaluationOf, ASampleMeasuresItsUsersAsAllAreAndNobodyElse) {
  take_model();
  (void)run(world());
  const auto read = [&](const char* name) { return storage::File::open(directory_ / "metrics.h5").read<double>(name); };
  auto ranks = read("/users/rank_full");
  auto distances = read("/users/tdd_js");
  options_.users_sample = 20;
  (void)run(world());
  const auto sample = sample_users(53, 20, 1);
  for (UserIndex user = 0; user < 53; ++user) {
    if (!std::binary_search(sample.begin(), sample.end(), user)) {
      ranks[user] = distances[user] = std::numeric_limits<double>::quiet_NaN();
    }
  }
  EXPECT_EQ(bits_of(read("/users/rank_full")), bits_of(ranks));
  EXPECT_EQ(bits_of(read("/users/tdd_js")), bits_of(distances));
}

TEST_F(EvaluationOf, ASampleOfEverybodyIsTheWhole) {
  const auto whole = run(world());
  options_.users_sample = 1000;
  auto sampled = run(world());
  EXPECT_EQ(sampled["users_sample"]["users"], 53);
  sampled.erase("users_sample");
  EXPECT_EQ(sampled.dump(), whole.dump());
}

TEST_F(EvaluationOf, ListsAndTestFilesDoesNotDependOnTheRanks) {
  options_.baseline.clear();
  options_.recommendations = write("lists.csv", "u3,i1,2\nu3,i4,1\nu50,i2,3\nu50,unheard,1\nu7,i9,1\n");
  options_.test_file = write("test.tsv", "u50\ti8\ti1\ti2\nu3\ti4\ti5\nu20\tunheard\ti1\n");
  expect_the_same_on_one_rank();
}

TEST_F(EvaluationOf, FewerUsersThanRanksWorks) {
  data_.users.resize(2);
  data_.write(options_.data);
  expect_the_same_on_one_rank();
}

TEST_F(EvaluationOf, TheValidationItemDoesNotDependOnTheRanks) {
  options_.split = "validation";
  options_.cutoffs = {3};
  expect_the_same_on_one_rank();
  EXPECT_TRUE(run(world())["full"].contains("hr@3"));
}

TEST_F(EvaluationOf, RenumberedItemsGivesTheSameRanks) {
  const auto before = run(world());
  data_.write(options_.data, [](ItemIndex item) { return (item * 37 + 5) % 90; });
  const auto after = run(world());
  EXPECT_EQ(before["sampled"], after["sampled"]);
  EXPECT_EQ(before["full"], after["full"]);
  EXPECT_EQ(before["intervals"]["full"], after["intervals"]["full"]);
  EXPECT_EQ(before["slices"]["item_popularity"], after["slices"]["item_popularity"]);
  EXPECT_EQ(before["slices"]["user_activity"], after["slices"]["user_activity"]);
}

// With as many tastes as there are different items, k-means has nothing to choose by the items' numbers.
TEST_F(EvaluationOf, RenumberedItemsGivesTheSameListsAndDistances) {
  options_.taste.tastes = 1000;
  std::string text;
  for (std::size_t user = 0; user < data_.users.size(); ++user) {
    for (std::size_t place = 0; place < 40; ++place) {
      text += "u" + std::to_string(user) + ",i" + std::to_string((user * 7 + place * 13) % 90) + "," +
              std::to_string(100 - place) + "\n";
    }
  }
  options_.baseline.clear();
  options_.recommendations = write("lists.csv", text);
  const auto before = run(world());
  data_.write(options_.data, [](ItemIndex item) { return (item * 37 + 5) % 90; });
  const auto after = run(world());
  EXPECT_EQ(before["full"], after["full"]);
  ASSERT_EQ(before["lists"].size(), 6U);
  for (const auto& group : {"lists", "tdd"}) {
    for (const auto& [name, value] : before[group].items()) {
      EXPECT_NEAR(value.get<double>(), after[group][name].get<double>(), 1e-6) << name;
    }
  }
  EXPECT_EQ(before["slices"]["taste"], after["slices"]["taste"]);
}

}  // namespace ampcf::evaluation
