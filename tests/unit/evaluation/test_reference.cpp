// A whole evaluation against metrics that are written here a second time, from their definitions and by other means.

#include "ampcf/baselines/baselines.hpp"
#include "ampcf/evaluation/evaluation.hpp"
#include "ampcf/evaluation/placement.hpp"
#include "evaluation_data.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>
#include <Eigen/Dense>

#include <cmath>
#include <map>
#include <set>

namespace ampcf::evaluation {

namespace {

constexpr std::size_t kUsers = 60;
constexpr std::size_t kItems = 80;
constexpr std::size_t kLength = 10;
using Items = std::vector<ItemIndex>;
using Sums = std::map<std::string, double>;

// Popularity, whose many ties make every expectation count, evaluated and told anew.
class Reference : public ::testing::Test {
 protected:
  void SetUp() override {
    for (auto& user : data_.users) {
      if (user.train.empty()) {
        user.train = {0};  // everybody has every metric
      }
      for (const auto item : user.train) {
        count_[item] += 1.0;
      }
    }
    data_.write(directory_ / "data.h5");
    EvaluationOptions options;
    options.data = directory_ / "data.h5";
    options.output = directory_ / "metrics.json";
    options.baseline = "popularity";
    options.bootstrap.resamples = 0;
    Log log("silent");
    (void)evaluate(options, "", testing::world(), log, baselines::all());
    file_.emplace(storage::File::open(directory_ / "metrics.h5"));
    items_ = points("/taste/items");
    centroids_ = points("/taste/centroids");
  }

  Eigen::MatrixXd points(const std::string& name) const {
    const auto values = file_->read<float>(name);
    const auto shape = file_->shape(name);
    return Eigen::Map<const Points>(values.data(), static_cast<Eigen::Index>(shape[0]),
                                    static_cast<Eigen::Index>(shape[1]))
        .cast<double>();
  }

  // The first `length` items of a user's list, by sorting the whole catalogue.
  Items list_of(std::size_t user, std::size_t length) const {
    std::vector<std::pair<double, ItemIndex>> order;
    const auto& row = data_.users[user];
    for (ItemIndex item = 0; item < kItems; ++item) {
      if (!std::count(row.train.begin(), row.train.end(), item) && row.validation != item) {
        order.emplace_back(-count_[item], item);
      }
    }
    std::sort(order.begin(), order.end());
    Items list;
    for (std::size_t place = 0; place < std::min(length, order.size()); ++place) {
      list.push_back(order[place].second);
    }
    return list;
  }

  // Every metric as the mean over the places that the tied items can leave to the positive.
  void add_ranks(Sums& sums, const std::string& group, ItemIndex positive, const Items& others) const {
    int better = 0;
    int equal = 0;
    for (const auto other : others) {
      better += count_[other] > count_[positive] ? 1 : 0;
      equal += count_[other] == count_[positive] ? 1 : 0;
    }
    for (int place = better; place <= better + equal && place < static_cast<int>(kLength); ++place) {
      const double share = 1.0 / (equal + 1.0);
      sums[group + "_hr@10"] += share;
      sums[group + "_recall@10"] += share;
      sums[group + "_ndcg@10"] += share / std::log2(place + 2.0);
      sums[group + "_mrr@10"] += share / (place + 1.0);
    }
  }

  double cosine_distance(const Eigen::VectorXd& one, const Eigen::VectorXd& other) const {
    const double least = 1e-6 * items_.rowwise().norm().maxCoeff();
    return one.norm() > least && other.norm() > least ? 1.0 - one.dot(other) / (one.norm() * other.norm()) : 1.0;
  }

  Eigen::VectorXd tastes_of(const Items& list) const {
    Eigen::VectorXd distance = Eigen::VectorXd::Zero(centroids_.rows());
    for (const auto item : list) {
      for (Eigen::Index taste = 0; taste < centroids_.rows(); ++taste) {
        distance[taste] += cosine_distance(items_.row(item), centroids_.row(taste)) / static_cast<double>(list.size());
      }
    }
    return distance.array().exp() / distance.array().exp().sum();
  }

  void add_tastes(Sums& sums, const Items& list, const Items& history) const {
    const Eigen::ArrayXd one = tastes_of(list);
    const Eigen::ArrayXd other = tastes_of(history);
    const Eigen::ArrayXd middle = (one + other) / 2.0;
    const double divergence = (one * (one / middle).log()).sum() + (other * (other / middle).log()).sum();
    sums["tdd_js"] = std::sqrt(std::max(0.0, divergence / 2.0));
    sums["tdd_hellinger"] = std::sqrt(1.0 - (one * other).sqrt().sum());  // another form of it
  }

  void add_lists(Sums& sums, const Items& list, const Items& history) const {
    const auto mean_count = [&](const Items& items) {
      double sum = 0.0;
      for (const auto item : items) {
        sum += count_[item] / static_cast<double>(items.size());
      }
      return sum;
    };
    for (const auto item : list) {
      sums["lists_novelty@10"] -= std::log2(std::max(1.0, count_[item]) / kUsers) / static_cast<double>(list.size());
    }
    sums["lists_popularity@10"] = mean_count(list);
    sums["lists_popularity_lift@10"] = mean_count(list) / mean_count(history) - 1.0;
    const double pairs = static_cast<double>(list.size() * (list.size() - 1)) / 2.0;
    for (std::size_t one = 0; one < list.size(); ++one) {
      for (std::size_t other = 0; other < one; ++other) {
        sums["lists_diversity@10"] += cosine_distance(items_.row(list[one]), items_.row(list[other])) / pairs;
      }
    }
  }

  Sums expected(std::size_t user) const {
    const auto& row = data_.users[user];
    Sums sums;
    if (row.test != kNoItem) {
      const auto positive = static_cast<ItemIndex>(row.test);
      auto others = list_of(user, kItems);
      std::erase(others, positive);
      for (const std::string metric : {"hr", "recall", "ndcg", "mrr"}) {
        sums["full_" + metric + "@10"] = 0.0;
        sums["sampled_" + metric + "@10"] = 0.0;
      }
      add_ranks(sums, "full", positive, others);
      std::set<ItemIndex> candidates(row.candidates.begin(), row.candidates.end());
      candidates.erase(positive);
      add_ranks(sums, "sampled", positive, {candidates.begin(), candidates.end()});
    }
    add_tastes(sums, list_of(user, 30), row.train);
    add_lists(sums, list_of(user, kLength), row.train);
    return sums;
  }

  testing::TemporaryDirectory directory_;
  testing::EvaluationData data_ = testing::random_data(kUsers, kItems);
  std::vector<double> count_ = std::vector<double>(kItems, 0.0);
  std::optional<storage::File> file_;
  Eigen::MatrixXd items_;
  Eigen::MatrixXd centroids_;
};

}  // namespace

TEST_F(Reference, EveryMetricOfEveryUserIsWhatItsDefinitionSays) {
  std::set<std::string> seen;
  for (std::size_t user = 0; user < kUsers; ++user) {
    for (const auto& [name, value] : expected(user)) {
      // Distances near 0 are square roots of differences.
      EXPECT_NEAR(file_->read<double>("/users/" + name)[user], value, name.starts_with("tdd") ? 1e-6 : 1e-7)
          << name << " of user " << user;
      seen.insert(name);
    }
  }
  auto measured = parted_by_commas(file_->text_attribute("columns"));
  EXPECT_EQ(seen, std::set<std::string>(measured.begin(), measured.end()));
}

// A positive of rank r among n others is above j of m that are drawn of them with the probabilities of an urn, so the
// mean of a metric over all possible samples is its mean over that distribution.
TEST(SampledMetrics, AverageOverAllSamplesToWhatTheFullRankSays) {
  constexpr std::size_t kOthers = 9;
  constexpr std::size_t kDrawn = 4;
  const auto choose = [](double n, double k) {
    double ways = 1.0;
    for (double i = 0; i < k; ++i) {
      ways *= (n - i) / (k - i);
    }
    return k > n ? 0.0 : ways;
  };
  for (std::size_t rank = 0; rank <= kOthers; ++rank) {
    std::vector<float> scores(kOthers + 1, 0.0F);  // item 0 is the positive
    for (std::size_t other = 1; other <= kOthers; ++other) {
      scores[other] = other <= rank ? 1.0F : -1.0F - static_cast<float>(other);
    }
    ASSERT_EQ(rank_in_catalogue(scores, 0, {}), (TiedRank{rank, 0}));
    for (const auto& metric : rank_metrics()) {
      double mean = 0.0;
      for (unsigned chosen = 0; chosen < 1U << kOthers; ++chosen) {
        if (std::popcount(chosen) == static_cast<int>(kDrawn)) {
          Items candidates;
          for (ItemIndex other = 1; other <= kOthers; ++other) {
            if ((chosen >> (other - 1) & 1U) != 0) {
              candidates.push_back(other);
            }
          }
          mean += metric.of(rank_among_candidates(scores, 0, candidates), 3) / choose(kOthers, kDrawn);
        }
      }
      double by_urn = 0.0;
      for (std::size_t above = 0; above <= std::min(rank, kDrawn); ++above) {
        const auto j = static_cast<double>(above);
        by_urn += choose(static_cast<double>(rank), j) * choose(static_cast<double>(kOthers - rank), kDrawn - j) /
                  choose(kOthers, kDrawn) * metric.of({above, 0}, 3);
      }
      EXPECT_NEAR(mean, by_urn, 1e-12) << metric.name << " at rank " << rank;
    }
  }
}

}  // namespace ampcf::evaluation
