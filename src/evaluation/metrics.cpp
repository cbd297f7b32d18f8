#include "ampcf/evaluation/metrics.hpp"

#include "ampcf/kernels/exponential.hpp"

#include <algorithm>
#include <numbers>

namespace ampcf::evaluation {

namespace {

// Ranks that count, better .. end - 1, of the tied + 1 equally likely ones.
std::uint64_t end_of_counting_ranks(const TiedRank& rank, std::uint64_t k) {
  return std::min(k, rank.better + rank.tied + 1);
}

// The mean over the equally likely ranks of what gain(rank) gives below k, else 0.
template <typename Gain>
double expected_gain(const TiedRank& rank, std::uint64_t k, const Gain& gain) {
  double total = 0.0;
  for (auto place = rank.better; place < end_of_counting_ranks(rank, k); ++place) {
    total += gain(static_cast<double>(place));
  }
  return total / (static_cast<double>(rank.tied) + 1.0);
}

}  // namespace

double expected_rank(const TiedRank& rank) {
  return static_cast<double>(rank.better) + static_cast<double>(rank.tied) / 2.0;
}

double expected_hit(const TiedRank& rank, std::uint64_t k) {
  const auto end = end_of_counting_ranks(rank, k);
  return end <= rank.better ? 0.0 : static_cast<double>(end - rank.better) / (static_cast<double>(rank.tied) + 1.0);
}

double expected_ndcg(const TiedRank& rank, std::uint64_t k) {
  return expected_gain(rank, k, [](double place) { return std::numbers::ln2 / kernels::logarithm(place + 2.0); });
}

double expected_reciprocal_rank(const TiedRank& rank, std::uint64_t k) {
  return expected_gain(rank, k, [](double place) { return 1.0 / (place + 1.0); });
}

const std::vector<RankMetric>& rank_metrics() {
  // Recall@k is the share of a user's relevant items among the first k: of one item it is HR@k.
  static const std::vector<RankMetric> all{
      {"hr", expected_hit}, {"ndcg", expected_ndcg}, {"mrr", expected_reciprocal_rank}, {"recall", expected_hit}};
  return all;
}

}  // namespace ampcf::evaluation
