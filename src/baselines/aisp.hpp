#pragma once

#include "ampcf/evaluation/baselines.hpp"

namespace ampcf::baselines {

struct AispOptions {
  std::uint64_t personas = 2;
};

/// Collective. AISP-p, the baseline of Barkan et al. (RecSys 2020): items are their PCA vectors of the taste space; a
/// user's personas are the means that k-means finds among the user's training items (as many as distinct items, where
/// these are fewer); scores are those of AMP-CF with A^u = A^v = I, no biases, nothing learned: y = sum_k a_k s_k with
/// s_k = u_k . v_j and a = softmax(s). A user without training items scores all items 0. The same bits on any number of
/// ranks. Throws UsageError without a taste space.
[[nodiscard]] std::unique_ptr<evaluation::ScoreSource> make_aisp(const evaluation::BaselineInput& input,
                                                                 const AispOptions& options);

}  // namespace ampcf::baselines
