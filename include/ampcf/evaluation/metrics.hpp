#pragma once

#include <cstdint>
#include <vector>

namespace ampcf::evaluation {

/// Where an item stands among others: `better` score higher, `tied` score the same (the item itself not counted). Its
/// 0-based rank over a random order of the tied is each of better .. better + tied with equal probability.
struct TiedRank {
  std::uint64_t better = 0;
  std::uint64_t tied = 0;
  bool operator==(const TiedRank&) const = default;
};

/// better + tied / 2.
[[nodiscard]] double expected_rank(const TiedRank& rank);

/// E[HR@k]: the probability that the rank is below k.
[[nodiscard]] double expected_hit(const TiedRank& rank, std::uint64_t k);

/// E[NDCG@k] with log 2 / log(rank + 2) for a rank below k, else 0 (one relevant item, so the ideal is 1).
[[nodiscard]] double expected_ndcg(const TiedRank& rank, std::uint64_t k);

/// E[MRR@k] (Voorhees, TREC-8, 1999): 1 / (rank + 1) for a rank below k, else 0.
[[nodiscard]] double expected_reciprocal_rank(const TiedRank& rank, std::uint64_t k);

/// A metric of a user by the rank of the held-out item, in 0..1, higher is better.
struct RankMetric {
  const char* name;  // hr: hr@10 in metrics.json
  double (*of)(const TiedRank& rank, std::uint64_t k);
};

/// All of them; the one place to add another.
[[nodiscard]] const std::vector<RankMetric>& rank_metrics();

}  // namespace ampcf::evaluation
