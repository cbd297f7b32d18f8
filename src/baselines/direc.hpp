#pragma once

#include "ampcf/evaluation/baselines.hpp"

#include <filesystem>
#include <span>
#include <vector>

namespace ampcf::baselines {

struct DirecOptions {
  std::filesystem::path checkpoint;
  std::uint64_t candidates = 100;
};

/// The order in which a priority cover tree over points gives its nodes: level by level from the root, within a level
/// by priority. `points` (n, dimensions) have length 1 or 0 and come by falling priority; distances are 1 - cosine.
/// Level l holds its parent level's points and then, by priority, every point that is farther than 2 / 2^l from all
/// points of level l already: so each level is a set of medoids of which each has the highest priority of the points
/// that it covers and that no earlier one covers. Points that the last level does not hold (they repeat others) follow
/// by priority.
[[nodiscard]] std::vector<std::size_t> cover_tree_order(const evaluation::Points& points);

/// Throws UsageError without checkpoint or taste space, and where the checkpoint is of other data.
void check_direc(const DirecOptions& options, const dataset::Dataset& data, dataset::HeldOutPart part, bool has_taste);

/// Collective. DiRec (Boim, Milo, Novgorodov, Diversification and refinement in collaborative filtering recommender,
/// CIKM 2011) over the recommendations of a model of ampcf-train: the model's best items that the user has not consumed
/// are the candidates, their scores the priorities; the list is cover_tree_order() of them, all other items follow in
/// the model's order. The published text leaves open the distance (here: cosine of the items' taste-space vectors,
/// which are the principal components of who consumed them) and the order inside a level. The same bits on any number
/// of ranks. Throws as check_direc.
[[nodiscard]] std::unique_ptr<evaluation::ScoreSource> make_direc(const evaluation::BaselineInput& input,
                                                                  const DirecOptions& options);

}  // namespace ampcf::baselines
