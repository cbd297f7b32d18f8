#include "ampcf/evaluation/comparison/paired_tests.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>

namespace ampcf::evaluation {

namespace {

constexpr std::size_t kMostExact = 50;  // 2^50 patterns still are whole numbers in a double

// Twice the ranks of |difference|: whole numbers, shared ranks too.
struct SignedRanks {
  std::vector<std::uint64_t> doubled;  // rising
  std::uint64_t positive = 0;          // sum of the doubled ranks of positive differences
  double ties = 0.0;                   // sum of t^3 - t over groups of t equal sizes
};

SignedRanks signed_ranks(std::span<const double> differences) {
  std::vector<double> rest;
  std::copy_if(differences.begin(), differences.end(), std::back_inserter(rest), [](double d) { return d != 0.0; });
  std::sort(rest.begin(), rest.end(), [](double a, double b) { return std::abs(a) < std::abs(b); });
  SignedRanks ranks;
  for (std::size_t first = 0; first < rest.size();) {
    auto last = first;
    while (last < rest.size() && std::abs(rest[last]) == std::abs(rest[first])) {
      ++last;
    }
    const auto count = static_cast<double>(last - first);
    ranks.ties += count * count * count - count;
    for (auto place = first; place < last; ++place) {
      ranks.doubled.push_back(first + last + 1);  // twice the mean of first + 1 .. last
      ranks.positive += rest[place] > 0.0 ? first + last + 1 : 0;
    }
    first = last;
  }
  return ranks;
}

// Counts the sign patterns by their sum of positive ranks.
double exact_probability(const SignedRanks& ranks) {
  const auto total = std::accumulate(ranks.doubled.begin(), ranks.doubled.end(), std::uint64_t{0});
  std::vector<double> patterns(total + 1, 0.0);
  patterns[0] = 1.0;
  for (const auto rank : ranks.doubled) {
    for (auto sum = total; sum >= rank; --sum) {
      patterns[sum] += patterns[sum - rank];
    }
  }
  const auto farther = std::min(ranks.positive, total - ranks.positive);  // the distribution is symmetric
  double as_far = 0.0;
  for (std::uint64_t sum = 0; sum <= farther; ++sum) {
    as_far += patterns[sum];
  }
  return std::min(1.0, 2.0 * as_far / std::exp2(static_cast<double>(ranks.doubled.size())));
}

double normal_probability(const SignedRanks& ranks) {
  const auto n = static_cast<double>(ranks.doubled.size());
  const double mean = n * (n + 1.0) / 4.0;
  const double variance = n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - ranks.ties / 48.0;
  const double distance = std::abs(static_cast<double>(ranks.positive) / 2.0 - mean);
  return std::erfc(distance / std::sqrt(2.0 * variance));
}

}  // namespace

double wilcoxon_signed_rank(std::span<const double> differences) {
  const auto ranks = signed_ranks(differences);
  if (ranks.doubled.empty()) {
    return 1.0;
  }
  return ranks.doubled.size() <= kMostExact ? exact_probability(ranks) : normal_probability(ranks);
}

double bootstrap_probability(std::span<const double> resampled_means) {
  const auto low = std::count_if(resampled_means.begin(), resampled_means.end(), [](double m) { return m <= 0.0; });
  const auto high = std::count_if(resampled_means.begin(), resampled_means.end(), [](double m) { return m >= 0.0; });
  const auto resamples = static_cast<double>(resampled_means.size());
  return std::min(1.0, 2.0 * (static_cast<double>(std::min(low, high)) + 1.0) / (resamples + 1.0));
}

std::vector<double> holm(const std::vector<double>& probabilities) {
  std::vector<std::size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return probabilities[a] < probabilities[b]; });
  std::vector<double> corrected(probabilities.size());
  double least = 0.0;
  for (std::size_t place = 0; place < order.size(); ++place) {
    const auto remaining = static_cast<double>(order.size() - place);
    least = std::max(least, std::min(1.0, remaining * probabilities[order[place]]));
    corrected[order[place]] = least;
  }
  return corrected;
}

}  // namespace ampcf::evaluation
