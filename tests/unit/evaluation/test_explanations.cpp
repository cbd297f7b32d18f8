// Explanations against measures that are written here a second time, in double and by other means, from the files
// alone.

#include "ampcf/evaluation/explanations/explanations.hpp"

#include "ampcf/baselines/baselines.hpp"
#include "ampcf/core/error.hpp"
#include "ampcf/evaluation/evaluation.hpp"
#include "explained_models.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <Eigen/Dense>

#include <cmath>
#include <map>
#include <optional>
#include <set>

namespace ampcf::evaluation {

namespace {

using testing::world;
using Items = std::vector<ItemIndex>;
using Values = std::map<std::string, double>;

constexpr std::size_t kLength = 7;

// A checkpoint as its file says.
struct Told {
  std::size_t r, d;
  Eigen::MatrixXd items, bias, form;      // v (n, d), b (n, 1), A^u A^v (d, d)
  std::vector<Eigen::MatrixXd> personas;  // by user, (r, d)

  explicit Told(const std::filesystem::path& path) {
    const auto file = storage::File::open(path);
    const auto shape = file.shape("/model/personas");
    r = shape[1];
    d = shape[2];
    items = matrix(file, "/model/items", d);
    bias = matrix(file, "/model/item_bias", 1);
    const auto attention_dim = file.shape("/model/attention/user_projection")[1];
    form = matrix(file, "/model/attention/user_projection", attention_dim) *
           matrix(file, "/model/attention/item_projection", d);
    const Eigen::MatrixXd all = matrix(file, "/model/personas", d);
    for (std::size_t user = 0; user < shape[0]; ++user) {
      personas.emplace_back(all.middleRows(static_cast<Eigen::Index>(user * r), static_cast<Eigen::Index>(r)));
    }
  }

  static Eigen::MatrixXd matrix(const storage::File& file, const std::string& name, std::size_t columns) {
    const auto values = file.read<float>(name);
    return Eigen::Map<const Points>(values.data(), static_cast<Eigen::Index>(values.size() / columns),
                                    static_cast<Eigen::Index>(columns))
        .cast<double>();
  }

  [[nodiscard]] Eigen::VectorXd attention(const Eigen::MatrixXd& chosen, ItemIndex item) const {
    const Eigen::VectorXd affinity = chosen * form * items.row(item).transpose();
    const Eigen::VectorXd weight = (affinity.array() - affinity.maxCoeff()).exp();
    return weight / weight.sum();
  }

  [[nodiscard]] double score(const Eigen::MatrixXd& chosen, ItemIndex item) const {
    return attention(chosen, item).dot(chosen * items.row(item).transpose()) + bias(item, 0);
  }

  [[nodiscard]] std::size_t named(std::size_t user, ItemIndex item) const {
    Eigen::Index persona = 0;
    attention(personas[user], item).maxCoeff(&persona);
    return static_cast<std::size_t>(persona);
  }

  // Items that are not left out, best first.
  [[nodiscard]] Items order(const Eigen::MatrixXd& chosen, const Items& left_out) const {
    Items order;
    for (ItemIndex item = 0; item < items.rows(); ++item) {
      if (!std::count(left_out.begin(), left_out.end(), item)) {
        order.push_back(item);
      }
    }
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return score(chosen, a) > score(chosen, b); });
    return order;
  }

  [[nodiscard]] Eigen::MatrixXd only(std::size_t user, std::size_t persona) const {
    return personas[user].row(static_cast<Eigen::Index>(persona));
  }

  [[nodiscard]] Eigen::MatrixXd all_but(std::size_t user, std::size_t persona) const {
    Eigen::MatrixXd others(static_cast<Eigen::Index>(r) - 1, static_cast<Eigen::Index>(d));
    for (std::size_t k = 0, row = 0; k < r; ++k) {
      if (k != persona) {
        others.row(static_cast<Eigen::Index>(row++)) = personas[user].row(static_cast<Eigen::Index>(k));
      }
    }
    return others;
  }
};

double place_of(const Items& order, ItemIndex item) {
  return static_cast<double>(std::find(order.begin(), order.end(), item) - order.begin());
}

double mean_of(const std::vector<double>& values) {
  double total = 0.0;
  for (const double value : values) {
    total += value;
  }
  return total / static_cast<double>(values.size());
}

// e to the entropy, as the product of p^-p.
double diversity_of(const std::vector<std::size_t>& names) {
  double product = 1.0;
  for (std::size_t k = 0; k < 10; ++k) {
    const double share =
        static_cast<double>(std::count(names.begin(), names.end(), k)) / static_cast<double>(names.size());
    product *= share > 0.0 ? std::pow(share, -share) : 1.0;
  }
  return product;
}

// By all pairs of items: together or apart in the one and in the other.
double rand_of(const std::vector<std::size_t>& one, const std::vector<std::size_t>& other) {
  double a = 0, b = 0, c = 0, d = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const bool in_one = one[i] == one[j];
      const bool in_other = other[i] == other[j];
      (in_one ? (in_other ? a : b) : (in_other ? c : d)) += 1.0;
    }
  }
  return 2.0 * (a * d - b * c) / ((a + b) * (b + d) + (a + c) * (c + d));
}

// All ways to give each of three personas one of four, the best of them; nothing where several are best.
std::optional<std::vector<std::size_t>> partners_of(const std::vector<std::size_t>& one,
                                                    const std::vector<std::size_t>& other) {
  std::vector<std::size_t> order{0, 1, 2, 3};
  std::map<std::vector<std::size_t>, int> together;  // by the first three
  do {
    int items = 0;
    for (std::size_t i = 0; i < one.size(); ++i) {
      items += order[one[i]] == other[i] ? 1 : 0;
    }
    together[{order[0], order[1], order[2]}] = items;
  } while (std::next_permutation(order.begin(), order.end()));
  const auto best = std::max_element(together.begin(), together.end(),
                                     [](const auto& x, const auto& y) { return x.second < y.second; });
  const auto ways =
      std::count_if(together.begin(), together.end(), [&](const auto& x) { return x.second == best->second; });
  return ways == 1 ? std::optional(best->first) : std::nullopt;
}

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
    try {
      run(world());
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage);
      return error.what();
    }
    return "no error";
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

// What a user's explanations are worth, without stability.
Values told_again(const Told& model, std::size_t user, const Items& train, const Items& consumed) {
  const auto order = model.order(model.personas[user], consumed);
  std::vector<std::size_t> claims, names;
  for (const auto item : train) {
    claims.push_back(model.named(user, item));
  }
  std::map<std::string, std::vector<double>> of_item;
  for (std::size_t place = 0; place < kLength; ++place) {
    const auto item = order[place];
    const auto named = model.named(user, item);
    names.push_back(named);
    of_item["attention"].push_back(model.attention(model.personas[user], item).maxCoeff());
    double worst = 0.0, own = 0.0;
    std::vector<double> other, rival, other_lost, other_kept;
    for (std::size_t k = 0; k < model.r; ++k) {
      const double without = place_of(model.order(model.all_but(user, k), consumed), item);
      const double alone = place_of(model.order(model.only(user, k), consumed), item);
      const double fall = std::log2(without + 1.0) - std::log2(static_cast<double>(place) + 1.0);
      worst = std::max(worst, without);
      if (k == named) {
        own = without;
        of_item["deletion"].push_back(fall);
        of_item["lost"].push_back(without >= kLength);
        of_item["kept"].push_back(alone < kLength);
      } else {
        other.push_back(fall);
        other_lost.push_back(without >= kLength);
        other_kept.push_back(alone < kLength);
        if (std::count(claims.begin(), claims.end(), k)) {
          rival.push_back(fall);
        }
      }
    }
    of_item["strongest"].push_back(own == worst);  // personas are random: no two removals cost as much, or all nothing
    of_item["deletion_other"].push_back(mean_of(other));
    of_item["lost_other"].push_back(mean_of(other_lost));
    of_item["kept_other"].push_back(mean_of(other_kept));
    if (!rival.empty()) {
      of_item["deletion_over_rival"].push_back(of_item["deletion"].back() - mean_of(rival));
    }
  }
  Values values;
  for (const auto& [name, list] : of_item) {
    values[name + "@7"] = mean_of(list);
  }
  values["named@7"] = diversity_of(names);
  if (!claims.empty()) {
    values["personas_in_use"] = diversity_of(claims);
  }
  return values;
}

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
