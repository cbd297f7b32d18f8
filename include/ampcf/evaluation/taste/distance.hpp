#pragma once

#include "ampcf/core/types.hpp"
#include "ampcf/evaluation/taste/matrix.hpp"

#include <span>
#include <vector>

/// Taste Distribution Distance, TDD (Barkan et al., RecSys 2020, section 4): how far the tastes of a list lie from
/// those of what the user consumed.
namespace ampcf::evaluation {

/// The distribution over tastes of a list that is not empty: softmax of the distances (n_items, tastes) averaged over
/// its items. Depends on the set of items alone, bit for bit, not on their order.
[[nodiscard]] std::vector<double> taste_distribution(const Points& distances, std::vector<ItemIndex> items);

/// sqrt((KL(p || m) + KL(q || m)) / 2), m = (p + q) / 2, natural logarithm: 0 to sqrt(ln 2).
[[nodiscard]] double jensen_shannon(std::span<const double> p, std::span<const double> q);

/// ||sqrt p - sqrt q|| / sqrt 2: 0 to 1.
[[nodiscard]] double hellinger(std::span<const double> p, std::span<const double> q);

}  // namespace ampcf::evaluation
