#pragma once

#include "ampcf/evaluation/taste/matrix.hpp"

#include <cstdint>

namespace ampcf::evaluation {

/// Centroids and how well they fit.
struct Clusters {
  Points centroids;      // (clusters, dimensions)
  double inertia = 0.0;  // sum over points of the squared distance to the nearest centroid
  int iterations = 0;    // of the best start
  bool has_converged = false;
};

/// Euclidean k-means: the best of `restarts` starts by inertia (the first of equal ones), each seeded by k-means++
/// (Arthur and Vassilvitskii 2007) and improved by Lloyd's iterations until no point changes its cluster, or 300 times.
/// A cluster that runs empty takes the point that lies farthest from its own centroid. There are as many clusters as
/// distinct points where these are fewer than `count`. Deterministic in (points, count, restarts, seed).
[[nodiscard]] Clusters cluster(const Points& points, std::uint64_t count, std::uint64_t restarts, std::uint64_t seed);

}  // namespace ampcf::evaluation
