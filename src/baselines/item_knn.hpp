#pragma once

#include "ampcf/evaluation/baselines.hpp"

namespace ampcf::baselines {

struct ItemKnnOptions {
  std::uint64_t neighbours = 50;
  double shrinkage = 10.0;
};

/// Collective. Item-based nearest neighbours (Sarwar et al., WWW 2001) by shrunk cosine (Ferrari Dacrema et al., RecSys
/// 2019): s_ij = c_ij / (sqrt(c_i c_j) + h), c_ij users having consumed both and c_i one of them. An item keeps its
/// most similar neighbours with c_ij > 0, equal ones by item index; y_ui is the sum of s_ij over neighbours j of i that
/// u consumed. Ranks share the items; each reads the whole training part. The same bits on any number of ranks.
[[nodiscard]] std::unique_ptr<evaluation::ScoreSource> make_item_knn(const evaluation::BaselineInput& input,
                                                                     const ItemKnnOptions& options);

}  // namespace ampcf::baselines
