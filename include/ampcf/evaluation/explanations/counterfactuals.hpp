#pragma once

#include "ampcf/core/types.hpp"
#include "ampcf/model/scoring.hpp"

#include <span>
#include <vector>

namespace ampcf::evaluation {

/// Scores users of `personas` personas by the items of `shared`, whose own number of personas is as before afterwards.
[[nodiscard]] model::CatalogueScorer scorer_of(model::SharedParameters<float>& shared, std::size_t personas);

/// Where an item stands for a user, expected and 0-based, as it is and as it would be.
struct CounterfactualRanks {
  double whole = 0.0;           // with all personas
  std::vector<double> without;  // (r) without persona k, whose attention the others share as the softmax over them says
  std::vector<double> alone;    // (r) with persona k alone
};

/// Ranks items with some of a user's personas. Needs two personas or more.
class Counterfactuals {
 public:
  explicit Counterfactuals(model::SharedParameters<float>& shared);

  /// Of each item among the catalogue less `left_out` (ascending); `personas` is (r, padded d).
  [[nodiscard]] std::vector<CounterfactualRanks> of(const float* personas, std::span<const ItemIndex> items,
                                                    std::span<const ItemIndex> left_out);

 private:
  [[nodiscard]] std::span<const float> row(std::size_t index) const;

  model::Dimensions dimensions_;
  std::uint64_t item_count_;
  std::size_t stride_;
  model::CatalogueScorer all_;
  model::CatalogueScorer fewer_;
  model::CatalogueScorer single_;
  kernels::AlignedVector<float> others_;  // (r, r - 1, padded d): row k lacks persona k
  kernels::AlignedVector<float> scores_;  // (r, stride)
};

}  // namespace ampcf::evaluation
