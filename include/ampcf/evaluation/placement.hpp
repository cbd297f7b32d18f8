#pragma once

#include "ampcf/core/types.hpp"
#include "ampcf/evaluation/metrics.hpp"

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

/// From scores to ranks and lists of one user. Scores may be any float but NaN, which has no place in an order: it is a
/// RuntimeError. Items to leave out come ascending and without repetition.
namespace ampcf::evaluation {

/// The positive among itself and its candidates. `scores` (n_items) is the user's row over the whole catalogue.
[[nodiscard]] TiedRank rank_among_candidates(std::span<const float> scores, ItemIndex positive,
                                             std::span<const ItemIndex> candidates);

/// The positive among the catalogue less `left_out`; the positive itself always takes part.
[[nodiscard]] TiedRank rank_in_catalogue(std::span<const float> scores, ItemIndex positive,
                                         std::span<const ItemIndex> left_out);

/// The `count` items with the highest scores, best first, equal scores by item index; fewer where the catalogue less
/// `left_out` holds fewer.
[[nodiscard]] std::vector<ItemIndex> best_items(std::span<const float> scores, std::span<const ItemIndex> left_out,
                                                std::size_t count);

/// Somebody's list for a user, best first: only these items have a score, all others tie below them.
struct ScoredList {
  std::span<const ItemIndex> item;
  std::span<const double> score;  // falling
};

/// The positive's rank by a list of which no item is left out: `catalogue_size` counts the items that take part, the
/// positive among them.
[[nodiscard]] TiedRank rank_in_list(const ScoredList& list, ItemIndex positive, std::uint64_t catalogue_size);

}  // namespace ampcf::evaluation
