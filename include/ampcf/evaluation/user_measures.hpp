#pragma once

#include "ampcf/evaluation/cases.hpp"
#include "ampcf/evaluation/recommendations.hpp"
#include "ampcf/evaluation/score_source.hpp"
#include "ampcf/evaluation/taste/matrix.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace ampcf::evaluation {

/// Items of a list that TDD looks at, and that are reported for every user.
inline constexpr std::size_t kListLength = 30;

/// A user's HR@k and NDCG@k, and the rank that they come from.
struct RankColumns {
  std::vector<double> rank;  // (n), expected, 0-based
  std::vector<double> hit;   // (n), E[HR@k]
  std::vector<double> ndcg;  // (n), E[NDCG@k]
};

/// What was measured for each user; NaN where there was nothing to measure.
struct UserMeasures {
  RankColumns sampled;
  RankColumns full;
  std::vector<double> tdd_js;           // (n)
  std::vector<double> tdd_hellinger;    // (n)
  std::vector<ItemIndex> list;          // (n, kListLength), kNoCandidate where a list is shorter
  std::uint64_t consumed_in_lists = 0;  // recommendations dropped because the user had consumed the item

  explicit UserMeasures(std::uint64_t users);

  [[nodiscard]] std::uint64_t user_count() const { return tdd_js.size(); }
  [[nodiscard]] std::array<std::vector<double>*, 8> columns();
};

/// How to measure.
struct MeasureRules {
  std::uint64_t k = 10;
  bool is_sampled = true;             // there are candidates to rank among
  bool is_everyone_averaged = true;   // TDD of users without a positive counts too
  const Points* distances = nullptr;  // (n_items, tastes) cosine distances; without them no TDD
};

/// Measures the users of `cases` by their scores. Throws RuntimeError where a score is NaN, naming user and item.
[[nodiscard]] UserMeasures measure(ScoreSource& source, const Cases& cases, ConsumedItems& consumed,
                                   const MeasureRules& rules);

/// The same by lists. There are no sampled ranks: the candidates that a list leaves out are not comparable.
[[nodiscard]] UserMeasures measure(const Recommendations& lists, std::uint64_t item_count, const Cases& cases,
                                   ConsumedItems& consumed, const MeasureRules& rules);

/// Collective. All users' measures in their order on rank 0; empty elsewhere.
[[nodiscard]] UserMeasures gather(const communication::Communicator& communicator, UserMeasures own);

}  // namespace ampcf::evaluation
