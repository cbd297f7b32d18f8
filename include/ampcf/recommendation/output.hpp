#pragma once

#include "ampcf/recommendation/recommender.hpp"

#include <string>
#include <vector>

namespace ampcf::recommendation {

struct Page;

/// For people: the list with score, persona and attention beside each item and what speaks for it below, then the
/// history by persona, `history_items` of each at most.
[[nodiscard]] std::string as_text(const Catalogue& catalogue, const Recommendation& recommendation,
                                  std::size_t history_items, const Page& page);

/// A row for each recommended item, quoted as RFC 4180 asks; `as_csv_header` names the columns. Attention weights are
/// in the order of the personas, nearest items by raw id; both are separated by `|`.
[[nodiscard]] std::string as_csv_header();
[[nodiscard]] std::string as_csv(const Catalogue& catalogue, const Recommendation& recommendation);

/// One array of users with `items` and `history`, each entry with all attention weights.
[[nodiscard]] std::string as_json(const Catalogue& catalogue, const std::vector<Recommendation>& recommendations);

}  // namespace ampcf::recommendation
