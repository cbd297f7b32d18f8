#pragma once

#include "ampcf/communication/communicator.hpp"
#include "ampcf/dataset/dataset.hpp"
#include "ampcf/parallel/shard_plan.hpp"
#include "ampcf/training/options.hpp"

#include <span>
#include <string>
#include <vector>

namespace ampcf::training {

/// The node that each rank is on, from 0.
struct Layout {
  std::vector<std::uint64_t> node_of_rank;
  std::uint64_t nodes = 1;

  [[nodiscard]] std::uint64_t ranks() const { return node_of_rank.size(); }
  /// Fewest ranks of any node: as many exchange items in parallel.
  [[nodiscard]] std::uint64_t lanes() const;
  bool operator==(const Layout&) const = default;
};

/// Collective. The ranks as they run.
[[nodiscard]] Layout present_layout(const communication::Communicator& communicator);

/// So many ranks on so many nodes, neighbours together.
[[nodiscard]] Layout even_layout(std::uint64_t ranks, std::uint64_t nodes);

/// What a rank would have.
struct RankPlan {
  parallel::ShardPlan::ShardRange shards;
  UserRange users;
  std::uint64_t interactions = 0;
  double positives_per_step = 0.0;
  std::uint64_t bytes = 0;  // of memory, its own
};

/// What a run would be, from the offsets of the data alone: nothing is read or allocated for it.
struct RunPlan {
  Layout layout;
  parallel::ShardPlan shards;
  model::Projected projected;
  std::vector<RankPlan> ranks;
  std::vector<std::uint64_t> node_bytes;  // by node: of its ranks and what they share
  double busiest_positives = 0.0;         // of the rank that has most in a step, mean over steps
  std::uint64_t checkpoint_bytes = 0;

  [[nodiscard]] double mean_positives() const;
};

/// Throws UsageError for more ranks than shards.
[[nodiscard]] RunPlan plan_run(const dataset::Dataset& data, const TrainingOptions& options, const Layout& layout);

/// How many items the candidates of so many positives name, expected, where an item is a positive's with a probability
/// in proportion to `counts`, and a negative by the sampler's.
[[nodiscard]] double expected_items(std::span<const std::uint64_t> counts, const sampling::NegativeOptions& negatives,
                                    double positives);

/// What goes between nodes in a step, expected (src/parallel/NETWORK.md).
struct Traffic {
  double bytes_of_node = 0.0;  // that a node receives from others
  std::uint64_t rounds = 0;    // of messages, one to each other node and lane

  /// That a rank sends one after the other.
  [[nodiscard]] std::uint64_t messages(std::uint64_t nodes) const { return rounds * (nodes - 1); }
};
[[nodiscard]] Traffic expected_traffic(const RunPlan& plan, const TrainingOptions& options,
                                       std::span<const std::uint64_t> counts);

/// The plan as text; a node is known to have so many bytes, or not (0).
[[nodiscard]] std::string describe(const RunPlan& plan, const TrainingOptions& options, const dataset::Dataset& data,
                                   std::uint64_t memory_bytes);

}  // namespace ampcf::training
