#pragma once

#include "ampcf/recommendation/recommender.hpp"

#include <string>
#include <vector>

namespace ampcf::recommendation {

/// For people: the list with score, persona and attention beside each item, then the history by persona,
/// `history_items` of each at most.
[[nodiscard]] std::string as_text(const Recommender& recommender, const Recommendation& recommendation,
                                  std::size_t history_items);

/// `user,rank,item,title,score,persona,attention`, quoted as RFC 4180 asks; with the header where `has_header`.
[[nodiscard]] std::string as_csv(const Recommender& recommender, const Recommendation& recommendation, bool has_header);

/// One array of users with `items` and `history`, each entry with all attention weights.
[[nodiscard]] std::string as_json(const Recommender& recommender, const std::vector<Recommendation>& recommendations);

}  // namespace ampcf::recommendation
