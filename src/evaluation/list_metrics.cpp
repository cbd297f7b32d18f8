#include "ampcf/evaluation/list_metrics.hpp"

#include "ampcf/kernels/exponential.hpp"

#include <algorithm>
#include <limits>
#include <numbers>

namespace ampcf::evaluation {

namespace {

constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();
constexpr double kShareOfHistory = 0.01;  // alpha of Steck: keeps the divergence finite

template <typename Value>
double mean_over(std::span<const ItemIndex> items, const Value& value) {
  double total = 0.0;
  for (const auto item : items) {
    total += value(item);
  }
  return total / static_cast<double>(items.size());
}

double mean_popularity(const DataFacts& facts, std::span<const ItemIndex> items) {
  return mean_over(items, [&](ItemIndex item) { return static_cast<double>(facts.train_count[item]); });
}

// Shares of the tags, (tag_count); all 0 where no item has a tag.
std::vector<double> tag_shares(const ItemTags& tags, std::span<const ItemIndex> items) {
  std::vector<double> shares(tags.tag_count, 0.0);
  double tagged = 0.0;
  for (const auto item : items) {
    const auto own = tags.of(item);
    for (const auto tag : own) {
      shares[tag] += 1.0 / static_cast<double>(own.size());
    }
    tagged += own.empty() ? 0.0 : 1.0;
  }
  for (double& share : shares) {
    share /= std::max(tagged, 1.0);
  }
  return shares;
}

bool has_any(const std::vector<double>& shares) {
  return std::any_of(shares.begin(), shares.end(), [](double share) { return share > 0.0; });
}

}  // namespace

double novelty(const DataFacts& facts, const ListOfUser& list) {
  return mean_over(list.recommended, [&](ItemIndex item) {
    const auto count = std::max<std::uint64_t>(facts.train_count[item], 1);
    return kernels::logarithm(static_cast<double>(facts.user_count) / static_cast<double>(count)) / std::numbers::ln2;
  });
}

double average_popularity(const DataFacts& facts, const ListOfUser& list) {
  return mean_popularity(facts, list.recommended);
}

double popularity_lift(const DataFacts& facts, const ListOfUser& list) {
  if (list.history.empty()) {
    return kNotMeasured;
  }
  return mean_popularity(facts, list.recommended) / mean_popularity(facts, list.history) - 1.0;
}

double diversity(const DataFacts& facts, const ListOfUser& list) {
  if (facts.directions.size() == 0 || list.recommended.size() < 2) {
    return kNotMeasured;
  }
  // The cosines of all ordered pairs sum to |sum of directions|^2 less those of every item with itself.
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(facts.directions.cols());
  double own = 0.0;
  for (const auto item : list.recommended) {
    const Eigen::VectorXd direction = facts.directions.row(item).cast<double>().transpose();
    sum += direction;
    own += direction.squaredNorm();
  }
  const auto items = static_cast<double>(list.recommended.size());
  return 1.0 - (sum.squaredNorm() - own) / (items * (items - 1.0));
}

double miscalibration(const DataFacts& facts, const ListOfUser& list) {
  if (facts.tags.indptr.empty()) {
    return kNotMeasured;
  }
  const auto wanted = tag_shares(facts.tags, list.history);
  const auto given = tag_shares(facts.tags, list.recommended);
  if (!has_any(wanted) || !has_any(given)) {
    return kNotMeasured;
  }
  double divergence = 0.0;
  for (std::size_t tag = 0; tag < wanted.size(); ++tag) {
    if (wanted[tag] > 0.0) {
      const double mixed = (1.0 - kShareOfHistory) * given[tag] + kShareOfHistory * wanted[tag];
      divergence += wanted[tag] * kernels::logarithm(wanted[tag] / mixed);
    }
  }
  return std::max(0.0, divergence);  // rounding can make nearly equal ones negative
}

const std::vector<ListMetric>& list_metrics() {
  static const std::vector<ListMetric> all{{"novelty", novelty},
                                           {"popularity", average_popularity},
                                           {"popularity_lift", popularity_lift},
                                           {"diversity", diversity},
                                           {"miscalibration", miscalibration}};
  return all;
}

}  // namespace ampcf::evaluation
