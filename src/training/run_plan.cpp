#include "training/run_plan.hpp"

#include "ampcf/checkpoint/state.hpp"
#include "ampcf/parallel/form_gradient.hpp"
#include "ampcf/parallel/total_rows.hpp"
#include "ampcf/parallel/way_of_rows.hpp"
#include "ampcf/training/memory.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace ampcf::training {

namespace {

constexpr std::uint64_t kStepsLookedAt = 256;  // of an epoch, evenly spread

// Positives of a rank in a step.
std::uint64_t positives_of(const parallel::ShardPlan& plan, std::uint64_t rank, std::uint64_t step) {
  const auto [first, last] = plan.shards_of_rank(rank);
  std::uint64_t positives = 0;
  for (auto shard = first; shard < last; ++shard) {
    positives += plan.visited(shard, step + 1) - plan.visited(shard, step);
  }
  return positives;
}

double mean_of_busiest(const parallel::ShardPlan& plan, std::uint64_t ranks) {
  const auto steps = plan.steps_per_epoch();
  const auto looked_at = std::min(steps, kStepsLookedAt);
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < looked_at; ++i) {
    std::uint64_t most = 0;
    for (std::uint64_t rank = 0; rank < ranks; ++rank) {
      most = std::max(most, positives_of(plan, rank, i * steps / looked_at));
    }
    sum += most;
  }
  return static_cast<double>(sum) / static_cast<double>(looked_at);
}

// Ranks of each node that share one copy of the items.
std::vector<std::uint64_t> sharers(std::uint64_t ranks, std::uint64_t most) {
  const auto size = most == 0 ? ranks : most;
  std::vector<std::uint64_t> groups(ranks / size, size);
  if (ranks % size > 0) {
    groups.push_back(ranks % size);
  }
  return groups;
}

}  // namespace

std::uint64_t Layout::lanes() const {
  std::vector<std::uint64_t> counts(nodes);
  for (const auto node : node_of_rank) {
    ++counts[node];
  }
  return *std::min_element(counts.begin(), counts.end());
}

Layout present_layout(const communication::Communicator& communicator) {
  const auto host = communicator.of_host();
  const auto first_of_host = host.all_gather(static_cast<std::uint64_t>(communicator.rank())).front();
  Layout layout;
  std::map<std::uint64_t, std::uint64_t> numbers;  // of nodes, by their first rank
  for (const auto first : communicator.all_gather(first_of_host)) {
    layout.node_of_rank.push_back(numbers.emplace(first, numbers.size()).first->second);
  }
  layout.nodes = numbers.size();
  return layout;
}

Layout even_layout(std::uint64_t ranks, std::uint64_t nodes) {
  Layout layout{std::vector<std::uint64_t>(ranks), nodes};
  for (std::uint64_t rank = 0; rank < ranks; ++rank) {
    layout.node_of_rank[rank] = rank * nodes / ranks;
  }
  return layout;
}

double RunPlan::mean_positives() const {
  double sum = 0.0;
  for (const auto& rank : ranks) {
    sum += rank.positives_per_step;
  }
  return sum / static_cast<double>(ranks.size());
}

RunPlan plan_run(const dataset::Dataset& data, const TrainingOptions& options, const Layout& layout) {
  const auto ranks = layout.ranks();
  const auto projected = options.projected(data.user_count(), data.item_count());
  RunPlan plan{.layout = layout,
               .shards = parallel::ShardPlan(data.indptr(), options.shards, ranks, options.batch_size),
               .projected = projected,
               .ranks = {},
               .node_bytes = {}};
  const auto steps = static_cast<double>(plan.shards.steps_per_epoch());
  const auto parts = parts_of(options);
  RunSize size{.dimensions = options.dimensions,
               .parts = parts,
               .users = data.user_count(),
               .items = data.item_count(),
               .validation_candidates = data.candidates_per_user(dataset::HeldOutPart::validation),
               .positives = plan.shards.largest_batch(),
               .candidates = options.candidates(data.item_count()),
               .has_other_nodes = layout.nodes > 1 || sharers(ranks, options.sharing_ranks).size() > 1,
               .has_log_q = options.has_log_q,
               .has_added_validation = options.is_refitted,
               .projected = projected};
  std::vector<std::uint64_t> ranks_of_node(layout.nodes);
  plan.node_bytes.resize(layout.nodes);
  for (std::uint64_t rank = 0; rank < ranks; ++rank) {
    const auto users = plan.shards.users_of_rank(rank);
    size.own_users = users.count();
    size.own_interactions = data.indptr()[users.last] - data.indptr()[users.first];
    size.own_positives = plan.shards.largest_part(rank);
    size.shard_positives = plan.shards.largest_share();
    size.has_ids = rank == 0;
    plan.ranks.push_back({plan.shards.shards_of_rank(rank), users, size.own_interactions,
                          static_cast<double>(size.own_interactions) / steps, memory_need(size).rank_bytes});
    plan.node_bytes[layout.node_of_rank[rank]] += plan.ranks.back().bytes;
    ++ranks_of_node[layout.node_of_rank[rank]];
  }
  for (std::uint64_t node = 0; node < layout.nodes; ++node) {
    for (const auto group : sharers(ranks_of_node[node], options.sharing_ranks)) {
      size.node_ranks = group;
      plan.node_bytes[node] += memory_need(size).node_bytes;
    }
  }
  plan.busiest_positives = mean_of_busiest(plan.shards, ranks);
  plan.checkpoint_bytes = checkpoint::state_bytes(options.dimensions, data.user_count(), data.item_count(), parts);
  return plan;
}

double expected_items(std::span<const std::uint64_t> counts, const sampling::NegativeOptions& negatives,
                      double positives) {
  const auto interactions = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  std::vector<double> weights(counts.size());
  std::transform(counts.begin(), counts.end(), weights.begin(),
                 [&](std::uint64_t count) { return std::pow(static_cast<double>(count), negatives.power); });
  const double all_weights = std::accumulate(weights.begin(), weights.end(), 0.0);
  double items = 0.0;
  for (std::size_t item = 0; item < counts.size(); ++item) {
    const double as_positive = static_cast<double>(counts[item]) / interactions;
    const double as_negative = static_cast<double>(negatives.count) * weights[item] / all_weights;
    items -= std::expm1(-positives * (as_positive + as_negative));
  }
  return items;
}

Traffic expected_traffic(const RunPlan& plan, const TrainingOptions& options, std::span<const std::uint64_t> counts) {
  const auto nodes = plan.layout.nodes;
  if (nodes == 1) {
    return {};
  }
  const auto lanes = plan.layout.lanes();
  const auto items_of_lane = [&](double positives) {
    const auto items = options.is_full_softmax ? static_cast<double>(counts.size())
                                               : expected_items(counts, options.negatives, positives);
    return items / static_cast<double>(lanes);
  };
  const auto all_nodes = static_cast<double>(nodes);
  const auto batch = static_cast<double>(options.batch_size);
  const auto rows = static_cast<std::uint64_t>(std::llround(all_nodes * items_of_lane(batch / all_nodes)));
  const auto totals = static_cast<std::uint64_t>(std::llround(items_of_lane(batch)));
  const auto components = model::rows_of_item(plan.projected) * options.dimensions.padded_dim();
  const auto form = plan.projected == model::Projected::personas ? parallel::FormGradient::size(options.dimensions) : 0;
  const auto way =
      parallel::WayOfRows::of(nodes, rows, parallel::ItemGradients::packed_size(components), totals,
                              parallel::TotalRows(components, options.gradient_bits == "16").size(), form / lanes);
  const auto numbers = static_cast<double>(lanes * way.numbers()) * (all_nodes - 1.0) / all_nodes;
  return {numbers * sizeof(parallel::Number), way.rounds()};
}

}  // namespace ampcf::training
