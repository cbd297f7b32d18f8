#pragma once

#include "ampcf/model/parameters.hpp"

#include <cmath>
#include <cstdint>

namespace ampcf::model {

/// Which of the two vectors that attention compares it projects, so that s = w M v is a dot product: nothing (identity
/// or a single persona), personas, by their contrasts (p = w M), or items (q = M v). The same mathematics, rounded
/// elsewhere.
enum class Projected : std::uint8_t { nothing, personas, items };

[[nodiscard]] constexpr const char* name_of(Projected projected) {
  return projected == Projected::items ? "items" : projected == Projected::personas ? "personas" : "nothing";
}

/// Rows that an item's gradient has: dL/dv and, of projected items, dL/dq.
[[nodiscard]] constexpr std::size_t rows_of_item(Projected projected) { return projected == Projected::items ? 2 : 1; }

/// What of a batch of `positives` with `candidates` each costs less to project. Either way three products with a (d, d)
/// matrix are due to each distinct row, so it should be items where a batch has fewer of them than contrasts; but their
/// gradients have twice the rows, which costs a candidate as much as some 40 d multiply-adds (measured at d = 64). Of
/// rows the expected numbers, as if all users and all items were as frequent: the choice follows from the data and the
/// options of a run alone.
[[nodiscard]] inline Projected cheaper_to_project(const Dimensions& dimensions, std::uint64_t users,
                                                  std::uint64_t items, std::uint64_t positives,
                                                  std::uint64_t candidates) {
  if (!dimensions.learns_attention()) {
    return Projected::nothing;
  }
  const auto distinct = [](std::uint64_t of, double draws) {
    return -static_cast<double>(of) * std::expm1(-draws / static_cast<double>(of));
  };
  constexpr double kPerCandidate = 40.0;
  const auto d = static_cast<double>(dimensions.padded_dim());
  const auto all_candidates = static_cast<double>(positives) * static_cast<double>(candidates);
  const double contrasts =
      distinct(users, static_cast<double>(positives)) * static_cast<double>(dimensions.affinity_rows());
  const double saved = 3.0 * d * (contrasts - distinct(items, all_candidates));
  return saved > kPerCandidate * all_candidates ? Projected::items : Projected::personas;
}

}  // namespace ampcf::model
