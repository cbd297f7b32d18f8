#pragma once

#include "ampcf/communication/communicator.hpp"
#include "ampcf/dataset/dataset.hpp"
#include "ampcf/evaluation/taste/matrix.hpp"
#include "ampcf/storage/file.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace ampcf::evaluation {

/// What defines the taste space of a dataset. Dimensions and tastes are the paper's; restarts and seed are part of the
/// protocol too, so that a space depends on the data alone.
struct TasteParameters {
  std::uint64_t dimensions = 100;  // the most
  std::uint64_t tastes = 50;       // the most
  std::uint64_t restarts = 10;
  std::uint64_t seed = 1;

  [[nodiscard]] bool operator==(const TasteParameters&) const = default;
};

/// As in "up to 100 dimensions, up to 50 tastes, best of 10 restarts, seed 1".
[[nodiscard]] std::string description_of(const TasteParameters& parameters);

/// Items as points and latent tastes as centroids among them (src/evaluation/FORMAT.md: /taste).
struct TasteSpace {
  Points items;      // (n_items, up to 100)
  Points centroids;  // (up to 50, same)
  double explained_variance = 0.0;
  double residual = 0.0;
  double inertia = 0.0;
};

/// Builds it from the training part of all users: PCA, then k-means.
[[nodiscard]] TasteSpace build_taste_space(const dataset::Interactions& all, std::uint64_t item_count,
                                           const TasteParameters& parameters);

/// /taste in a metrics.h5 or a file of its own.
void write_taste_space(storage::File& file, const TasteSpace& space);

/// Collective. Gives rank 0's space, but not its quality, to all ranks.
void broadcast(const communication::Communicator& communicator, TasteSpace& space);

/// Cosine distances 1 - cos of every item to every centroid, (n_items, tastes). A vector without direction (at most
/// 1e-6 of the longest item's length: what rounding leaves of zero) has distance 1 to everything.
[[nodiscard]] Points cosine_distances(const TasteSpace& space);

/// Items scaled to length 1, (n_items, dimensions); 0 where an item has no direction.
[[nodiscard]] Points item_directions(const TasteSpace& space);

/// The taste of each item, (n_items): its nearest centroid by Euclidean distance, the first of equally near ones.
[[nodiscard]] std::vector<std::int32_t> nearest_tastes(const TasteSpace& space);

}  // namespace ampcf::evaluation
