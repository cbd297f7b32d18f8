#pragma once

#include "ampcf/dataset/dataset.hpp"
#include "ampcf/evaluation/taste/matrix.hpp"

#include <cstdint>

namespace ampcf::evaluation {

/// Items as points of few dimensions.
struct PrincipalComponents {
  Points items;                     // (n_items, dimensions), dimensions by falling variance
  double explained_variance = 0.0;  // share of the whole variance, 0 to 1
  double residual = 0.0;            // of the eigenpairs behind it, relative to the greatest: see leading_eigenpairs
};

/// PCA of the items as the columns of the binary matrix R (users, items): the mean item is subtracted, nothing is
/// scaled. At most `dimensions` of them, fewer where R has fewer with any variance, and at least one. In every
/// dimension the coordinate of greatest size is positive (the first of equal ones). Items with the same users get the
/// same bits. Neither R nor the centred matrix is ever dense: memory is that of `all` and about 2.5 `dimensions`
/// doubles for each user or item, whichever are fewer. The subspace is exact to about 1e-11 of the greatest variance
/// over the gap between the last dimension kept and the first one dropped; coordinates are rounded to float.
[[nodiscard]] PrincipalComponents principal_components(const dataset::Interactions& all, std::uint64_t item_count,
                                                       std::uint64_t dimensions, std::uint64_t seed);

}  // namespace ampcf::evaluation
