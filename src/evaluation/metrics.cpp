#include "ampcf/evaluation/metrics.hpp"

#include "ampcf/kernels/exponential.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ampcf::evaluation {

namespace {

// Ranks that count, better .. end - 1, of the tied + 1 equally likely ones.
std::uint64_t end_of_counting_ranks(const TiedRank& rank, std::uint64_t k) {
  return std::min(k, rank.better + rank.tied + 1);
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
  double total = 0.0;
  for (auto place = rank.better; place < end_of_counting_ranks(rank, k); ++place) {
    total += std::numbers::ln2 / kernels::logarithm(static_cast<double>(place) + 2.0);
  }
  return total / (static_cast<double>(rank.tied) + 1.0);
}

}  // namespace ampcf::evaluation
