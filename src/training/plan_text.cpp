#include "ampcf/training/memory.hpp"
#include "training/run_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ampcf::training {

namespace {

constexpr std::size_t kMostRows = 16;  // of ranks; of more the first and last ones

std::string plural(std::uint64_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string row_of(const RunPlan& plan, std::uint64_t rank) {
  const auto& row = plan.ranks[rank];
  const auto shards = row.shards.first == row.shards.last ? std::string("none")
                                                          : fmt::format("{}-{}", row.shards.first, row.shards.last - 1);
  return fmt::format("  {:>6} {:>6} {:>11} {:>11} {:>13} {:>15.1f} {:>10}\n", rank, plan.layout.node_of_rank[rank],
                     shards, row.users.count(), row.interactions, row.positives_per_step, size_text(row.bytes));
}

std::string table_of(const RunPlan& plan) {
  auto text = fmt::format("  {:>6} {:>6} {:>11} {:>11} {:>13} {:>15} {:>10}\n", "rank", "node", "shards", "users",
                          "interactions", "positives/step", "memory");
  const auto ranks = plan.ranks.size();
  const auto shown_first = ranks <= kMostRows ? ranks : kMostRows / 2;
  for (std::uint64_t rank = 0; rank < shown_first; ++rank) {
    text += row_of(plan, rank);
  }
  if (shown_first < ranks) {
    text += fmt::format("  {:>6}\n", "...");
    for (auto rank = ranks - kMostRows / 2; rank < ranks; ++rank) {
      text += row_of(plan, rank);
    }
  }
  return text;
}

// Files at once: the kept ones, one that is being written, and the best; of --refit also those of the search.
std::uint64_t most_checkpoints(const TrainingOptions& options, const dataset::Dataset& data) {
  const bool has_search = options.is_refitted && data.has_held_out(dataset::HeldOutPart::validation);
  return options.keep + 2 + (has_search ? options.keep + 1 : 0);
}

}  // namespace

std::string describe(const RunPlan& plan, const TrainingOptions& options, const dataset::Dataset& data,
                     std::uint64_t memory_bytes) {
  auto text = fmt::format("data     {} users, {} items, {} training interactions\n", data.user_count(),
                          data.item_count(), data.interaction_count());
  text += fmt::format("steps    {} of {} positives to an epoch, at most {}\n", plan.shards.steps_per_epoch(),
                      options.batch_size, plural(options.epochs, "epoch"));
  text += fmt::format("ranks    {} on {}, {} shards\n", plural(plan.layout.ranks(), "rank"),
                      plural(plan.layout.nodes, "node"), options.shards);
  text += table_of(plan);
  const auto most = *std::max_element(plan.node_bytes.begin(), plan.node_bytes.end());
  text += fmt::format("memory   {} of a node with its ranks' shared items{}{}\n", size_text(most),
                      plan.layout.nodes > 1 ? ", the most" : "",
                      memory_bytes == 0 ? std::string() : fmt::format("; it has {}", size_text(memory_bytes)));
  const auto checkpoints = most_checkpoints(options, data);
  text += fmt::format("disk     {}, {} checkpoints of {} at once at most\n",
                      size_text(plan.checkpoint_bytes * checkpoints), checkpoints, size_text(plan.checkpoint_bytes));
  return text;
}

}  // namespace ampcf::training
