#include "ampcf/evaluation/explanations/explanations.hpp"

#include "ampcf/baselines/baselines.hpp"
#include "ampcf/evaluation/evaluation.hpp"
#include "explained_again.hpp"
#include "explained_models.hpp"
#include "support/error_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

namespace ampcf::evaluation {

namespace {

using testing::kLength;
using testing::partners_of;
using testing::rand_of;
using testing::Told;
using testing::world;
using Items = std::vector<ItemIndex>;

class Explanations : public ::testing::Test {
 protected:
  Explanations() {
    data_.write(directory_ / "data.h5");
    const auto fingerprint = dataset::Dataset(directory_ / "data.h5").fingerprint();
    testing::write_random_model(directory_ / "model.h5", data_, fingerprint, {3, 8, 5, false}, 12);
    testing::write_random_model(directory_ / "other.h5", data_, fingerprint, {4, 6, 6, true}, 13);
    options_.data = directory_ / "data.h5";
    options_.checkpoint = directory_ / "model.h5";
    options_.explanations_against = directory_ / "other.h5";
    options_.has_explanations = true;
    options_.output = directory_ / "metrics.json";
    options_.cutoffs = {kLength};
    options_.bootstrap.resamples = 10;
  }

  void run(const communication::Communicator& communicator) const {
    Log log("silent");
    (void)evaluate(options_, "", communicator, log, baselines::all());
    world().barrier();
  }

  std::string fault() const {
    return testing::error_of(ExitCode::usage, [&] { run(world()); });
  }

  [[nodiscard]] Items consumed_by(std::size_t user) const {
    auto items = data_.users[user].train;
    if (data_.users[user].validation != kNoItem) {
      items.push_back(static_cast<ItemIndex>(data_.users[user].validation));
    }
    return items;
  }

  testing::TemporaryDirectory directory_;
  testing::EvaluationData data_ = testing::random_data(53, 90);
  EvaluationOptions options_;
};

TEST_F(Explanations, AreWhatTheDefinitionsSay) {
  run(world());
  const auto file = storage::File::open(directory_ / "metrics.h5");
  const Told model(directory_ / "model.h5");
  for (std::size_t user = 0; user < data_.users.size(); ++user) {
    const auto values = told_again(model, user, data_.users[user].train, consumed_by(user));
    for (const auto& [name, value] : values) {
      if (!name.starts_with("strongest")) {  // has a test of its own
        EXPECT_NEAR(file.read<double>("/users/explanations_" + name)[user], value, 1e-5) << name << " of user " << user;
      }
    }
    if (!values.contains("personas_in_use")) {
      EXPECT_TRUE(std::isnan(file.read<double>("/users/explanations_personas_in_use")[user]));
    }
    if (!values.contains("deletion_over_rival@7")) {
      EXPECT_TRUE(std::isnan(file.read<double>("/users/explanations_deletion_over_rival@7")[user]));
    }
  }
}

TEST_F(Explanations, AreAsStableAsTheDefinitionsSay) {
  run(world());
  const auto file = storage::File::open(directory_ / "metrics.h5");
  const auto stable = file.read<double>("/users/explanations_stable@7");
  const auto chance = file.read<double>("/users/explanations_stable_chance@7");
  const auto agreement_of_claims = file.read<double>("/users/explanations_claims_rand");
  const Told model(directory_ / "model.h5");
  const Told other(directory_ / "other.h5");
  int compared = 0;
  for (std::size_t user = 0; user < data_.users.size(); ++user) {
    std::vector<std::size_t> one, two;
    for (const auto item : data_.users[user].train) {
      one.push_back(model.named(user, item));
      two.push_back(other.named(user, item));
    }
    if (std::set(one.begin(), one.end()).size() < 2 && std::set(two.begin(), two.end()).size() < 2) {
      EXPECT_TRUE(std::isnan(stable[user]) && std::isnan(agreement_of_claims[user]));
      continue;
    }
    const double rand = rand_of(one, two);
    EXPECT_TRUE(std::isnan(rand) ? std::isnan(agreement_of_claims[user])
                                 : std::abs(rand - agreement_of_claims[user]) < 1e-9);
    if (const auto partner = partners_of(one, two)) {
      const auto order = model.order(model.personas[user], consumed_by(user));
      double agreed = 0.0, by_chance = 0.0;
      for (std::size_t i = 0; i < kLength; ++i) {
        for (std::size_t j = 0; j < kLength; ++j) {
          const bool agrees = (*partner)[model.named(user, order[i])] == other.named(user, order[j]);
          agreed += i == j && agrees ? 1.0 / kLength : 0.0;
          by_chance += agrees ? 1.0 / (kLength * kLength) : 0.0;
        }
      }
      EXPECT_NEAR(stable[user], agreed, 1e-9);
      EXPECT_NEAR(chance[user], by_chance, 1e-9);
      ++compared;
    }
  }
  EXPECT_GT(compared, 10);
}

TEST_F(Explanations, AreSimulatedByTheNearestClaimedItem) {
  run(world());
  const auto file = storage::File::open(directory_ / "metrics.h5");
  const auto simulated = file.read<double>("/users/explanations_simulated");
  const auto constant = file.read<double>("/users/explanations_simulated_constant");
  const auto points = Told::matrix(file, "/taste/items", file.shape("/taste/items")[1]);
  const Told model(directory_ / "model.h5");
  int compared = 0;
  for (std::size_t user = 0; user < data_.users.size(); ++user) {
    const auto& row = data_.users[user];
    std::map<std::size_t, double> nearest;  // by persona, the greatest cosine of its claims
    std::map<std::size_t, int> claimed;
    for (const auto item : row.train) {
      const auto persona = model.named(user, item);
      const double cosine = row.test < 0 ? 0.0
                                         : points.row(item).dot(points.row(row.test)) /
                                               (points.row(item).norm() * points.row(row.test).norm());
      nearest[persona] = nearest.contains(persona) ? std::max(nearest[persona], cosine) : cosine;
      ++claimed[persona];
    }
    if (row.test < 0 || claimed.size() < 2) {
      EXPECT_TRUE(std::isnan(simulated[user]) && std::isnan(constant[user]));
      continue;
    }
    const auto named = model.named(user, static_cast<ItemIndex>(row.test));
    std::vector<std::pair<double, std::size_t>> order;
    int most = 0;
    for (const auto& [persona, cosine] : nearest) {
      order.emplace_back(-cosine, persona);
      most = std::max(most, claimed[persona]);
    }
    std::sort(order.begin(), order.end());
    if (order[1].first - order[0].first > 1e-4) {  // else rounding decides
      EXPECT_EQ(simulated[user], order[0].second == named ? 1.0 : 0.0) << user;
      ++compared;
    }
    const auto largest = std::find_if(claimed.begin(), claimed.end(), [&](const auto& x) { return x.second == most; });
    EXPECT_EQ(constant[user], largest->first == named ? 1.0 : 0.0) << user;
  }
  EXPECT_GT(compared, 20);
}

TEST_F(Explanations, DoNotDependOnTheRanks) {
  options_.users_sample = 40;
  run(world());
  options_.output = directory_ / "alone.json";
  world().agree([&] {
    if (world().rank() == 0) {
      Log log("silent");
      (void)evaluate(options_, "", communication::Communicator::alone(), log, baselines::all());
    }
  });
  const auto many = storage::File::open(directory_ / "metrics.h5");
  const auto one = storage::File::open(directory_ / "alone.h5");
  EXPECT_EQ(many.text_attribute("columns"), one.text_attribute("columns"));
  int columns = 0;
  for (const auto& name : parted_by_commas(one.text_attribute("columns"))) {
    if (name.starts_with("explanations_")) {
      const auto told = [&](const storage::File& file) {
        auto values = file.read<double>("/users/" + name);
        std::replace_if(
            values.begin(), values.end(), [](double x) { return std::isnan(x); }, -99.0);
        return values;
      };
      EXPECT_EQ(told(many), told(one)) << name;
      ++columns;
    }
  }
  EXPECT_EQ(columns, 18);
}

TEST_F(Explanations, AgainstItselfAModelIsAlwaysStable) {
  options_.explanations_against = options_.checkpoint;
  run(world());
  const auto file = storage::File::open(directory_ / "metrics.h5");
  for (const char* name : {"stable@7", "claims_rand"}) {
    for (const double value : file.read<double>(std::string("/users/explanations_") + name)) {
      EXPECT_TRUE(std::isnan(value) || value == 1.0) << name << " " << value;
    }
  }
}

TEST_F(Explanations, WithoutATasteSpaceAreNotSimulatedAndWithoutAnotherModelNotCalledStable) {
  options_.has_tdd = false;
  options_.explanations_against.clear();
  run(world());
  const auto file = storage::File::open(directory_ / "metrics.h5");
  EXPECT_TRUE(file.contains("/users/explanations_deletion@7"));
  EXPECT_FALSE(file.contains("/users/explanations_simulated"));
  EXPECT_FALSE(file.contains("/users/explanations_stable@7"));
}

TEST_F(Explanations, OfOnePersonaOrAgainstOtherDataAreRefused) {
  const auto fingerprint = dataset::Dataset(directory_ / "data.h5").fingerprint();
  testing::write_random_model(directory_ / "strange.h5", data_, "another", {3, 8, 8, true}, 1);
  options_.explanations_against = directory_ / "strange.h5";
  EXPECT_THAT(fault(), ::testing::HasSubstr("--explanations-against"));
  options_.explanations_against.clear();
  testing::write_random_model(directory_ / "model.h5", data_, fingerprint, {1, 8, 8, true}, 1);
  EXPECT_THAT(fault(), ::testing::HasSubstr("two or more"));
}

}  // namespace

}  // namespace ampcf::evaluation
