#pragma once

#include "ampcf/core/types.hpp"

#include <cstdint>
#include <span>
#include <vector>

/// How the lists of all users spread over the catalogue: metrics of all lists together, not of one user.
namespace ampcf::evaluation {

/// The share of the items that are in any list (catalogue coverage: Ge et al., RecSys 2010). `times` (n_items) is how
/// often each item is recommended.
[[nodiscard]] double coverage(std::span<const std::uint64_t> times);

/// Gini index of how often the items are recommended, sum_j (2j - n - 1) t_j / ((n - 1) sum_j t_j) with t rising and j
/// from 1: 0 where all are recommended equally often, 1 where one item is in all lists (Shani and Gunawardana,
/// Recommender Systems Handbook, 2011). NaN without recommendations or with fewer than two items.
[[nodiscard]] double gini(std::span<const std::uint64_t> times);

/// A metric of the first k items of all lists.
struct ExposureMetric {
  const char* name;  // coverage: coverage@10 in metrics.json
  double (*of)(std::span<const std::uint64_t> times);
};

/// All of them; the one place to add another.
[[nodiscard]] const std::vector<ExposureMetric>& exposure_metrics();

}  // namespace ampcf::evaluation
