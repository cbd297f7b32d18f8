#pragma once

#include "ampcf/evaluation/baselines.hpp"

namespace ampcf::baselines {

struct EaseOptions {
  double penalty = 500.0;
};

/// Collective. Embarrassingly shallow autoencoder (Steck, WWW 2019): with the binary R (users, items), G = R^T R and
/// P = (G + penalty I)^-1, weights B_ij = -P_ij / P_jj off the diagonal, 0 on it; scores R B. In doubles on rank 0,
/// which needs 16 bytes for each pair of items; every rank keeps B in floats. The same bits on any number of ranks.
/// Throws UsageError where the catalogue is too large for that.
[[nodiscard]] std::unique_ptr<evaluation::ScoreSource> make_ease(const evaluation::BaselineInput& input,
                                                                 const EaseOptions& options);

}  // namespace ampcf::baselines
