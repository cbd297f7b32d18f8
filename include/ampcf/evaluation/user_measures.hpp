#pragma once

#include "ampcf/evaluation/cases.hpp"
#include "ampcf/evaluation/data_facts.hpp"
#include "ampcf/evaluation/recommendations.hpp"
#include "ampcf/evaluation/score_source.hpp"
#include "ampcf/evaluation/taste/matrix.hpp"
#include "ampcf/evaluation/user_sample.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace ampcf::evaluation {

/// Items of a list that TDD looks at, and that are reported for every user. Metrics of lists look at no more.
inline constexpr std::size_t kListLength = 30;

/// One number for each user: `group`.`name` in metrics.json is its mean, /users/GROUP_NAME in metrics.h5 all of it.
struct Column {
  std::string group;          // sampled, full, tdd, lists, explanations or planted
  std::string name;           // hr@10
  std::vector<double> value;  // (n), NaN where there was nothing to measure

  [[nodiscard]] std::string path() const { return group + "_" + name; }
  [[nodiscard]] bool is_measured() const;  // for any user
};

/// How to measure.
struct MeasureRules {
  std::vector<std::uint64_t> cutoffs{10};  // k of every metric; lists end at kListLength
  bool is_sampled = true;                  // there are candidates to rank among
  bool is_everyone_averaged = true;        // lists of users without a positive count too
  const Points* distances = nullptr;       // (n_items, tastes) cosine distances; without them no TDD
  const DataFacts* facts = nullptr;        // without them no metrics of lists and no slices

  const std::vector<UserIndex>* sample = nullptr;  // ascending: only these users are measured; without it all are

  /// The users of a range that are measured, ascending.
  [[nodiscard]] std::vector<UserIndex> asked_in(UserRange users) const;
};

/// What was measured for each user.
struct UserMeasures {
  std::vector<double> rank_sampled;              // (n), expected, 0-based; NaN where nothing was ranked
  std::vector<double> rank_full;                 // (n), likewise
  std::vector<Column> columns;                   // by protocol, cut-off and metric; TDD; by cut-off and list metric
  std::vector<std::vector<std::int32_t>> parts;  // by row of slices(): (n), the user's part or kNoPart
  std::vector<ItemIndex> list;                   // (n, kListLength), kNoCandidate where a list is shorter
  std::uint64_t consumed_in_lists = 0;           // recommendations dropped because the user had consumed the item

  UserMeasures() = default;
  UserMeasures(std::uint64_t users, const MeasureRules& rules);

  [[nodiscard]] std::uint64_t user_count() const { return rank_full.size(); }

  /// The column of this path, which must be one of them.
  [[nodiscard]] const std::vector<double>& of(const std::string& path) const;
};

/// Measures the users of `cases`, or those of the sample, by their scores. Throws RuntimeError where a score is NaN,
/// naming user and item.
[[nodiscard]] UserMeasures measure(ScoreSource& source, const Cases& cases, ConsumedItems& consumed,
                                   const MeasureRules& rules);

/// The same by lists. There are no sampled ranks: the candidates that a list leaves out are not comparable.
[[nodiscard]] UserMeasures measure(const Recommendations& lists, std::uint64_t item_count, const Cases& cases,
                                   ConsumedItems& consumed, const MeasureRules& rules);

/// Collective. All users' measures in their order on every rank.
[[nodiscard]] UserMeasures gather(const communication::Communicator& communicator, const UserMeasures& own);

}  // namespace ampcf::evaluation
