#include "training/dry_run.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/training/trainer.hpp"
#include "training/item_counts.hpp"
#include "training/run_plan.hpp"

#include <algorithm>
#include <cmath>

namespace ampcf::training {

namespace {

constexpr double kMeasuredSeconds = 2.0;

std::string duration(double seconds) {
  if (seconds < 120.0) {
    return fmt::format("{:.1f} s", seconds);
  }
  return seconds < 7200.0 ? fmt::format("{:.1f} min", seconds / 60.0) : fmt::format("{:.1f} h", seconds / 3600.0);
}

struct StepTime {
  double compute = 0.0;  // of the mean rank
  double uneven = 0.0;   // that the others wait for the busiest
  double latency = 0.0;
  double transfer = 0.0;
  [[nodiscard]] double total() const { return compute + uneven + latency + transfer; }
};

// Every message is taken to cost a latency, also those of a round, which go out one behind the other.
StepTime predict(const RunPlan& plan, const PlanOptions& network, double rank_rate, const Traffic& traffic) {
  StepTime time;
  time.compute = plan.mean_positives() / rank_rate;
  time.uneven = std::max(0.0, plan.busiest_positives - plan.mean_positives()) / rank_rate;
  time.latency = static_cast<double>(traffic.messages(plan.layout.nodes)) * network.latency_microseconds * 1e-6;
  time.transfer = traffic.bytes_of_node / (network.bandwidth_gb_per_second * 1e9);
  return time;
}

std::string epochs_text(double seconds_per_epoch, const TrainingOptions& options) {
  return fmt::format("{} an epoch, {} for {} epochs{}", duration(seconds_per_epoch),
                     duration(seconds_per_epoch * static_cast<double>(options.epochs)), options.epochs,
                     options.patience > 0 ? " (fewer where validation ends it early)" : "") +
         (options.is_refitted ? ", and as long again at most for --refit" : "");
}

std::string describe_measured(const RunPlan& plan, const TrainingOptions& options, const Pace& pace) {
  const auto steps = static_cast<double>(plan.shards.steps_per_epoch());
  const auto rate = static_cast<double>(options.batch_size) / pace.seconds_per_step;
  const auto uneven = std::max(0.0, 1.0 - plan.mean_positives() / plan.busiest_positives);
  auto text = fmt::format("time     {}: {:.0f} positives/s in {} steps measured on these ranks, and {} a validation\n",
                          epochs_text(pace.seconds_per_step * steps + pace.validation_seconds, options), rate,
                          pace.steps, duration(pace.validation_seconds));
  return text + fmt::format(
                    "waiting  {:.1f} % of the ranks' time in these steps; that a step's positives do not divide "
                    "evenly explains {:.1f} %, the rest is network, barriers and unequal cores\n",
                    100.0 * pace.waiting_share, 100.0 * uneven);
}

std::string describe_predicted(const RunPlan& plan, const TrainingOptions& options, double rank_rate,
                               const std::string& source, const Traffic& traffic) {
  const auto time = predict(plan, options.plan, rank_rate, traffic);
  const auto share = [&](double part) { return 100.0 * part / time.total(); };
  auto text = fmt::format("time     {}: a rank at {:.0f} positives/s ({}); without validation\n",
                          epochs_text(time.total() * static_cast<double>(plan.shards.steps_per_epoch()), options),
                          rank_rate, source);
  text += fmt::format("waiting  {:.1f} % for the rank with most positives ({:.1f}, the mean is {:.1f})",
                      share(time.uneven), plan.busiest_positives, plan.mean_positives());
  if (plan.layout.nodes > 1) {
    text += fmt::format(", {:.1f} % for {} messages of {} us, {:.1f} % for the bytes at {} GB/s", share(time.latency),
                        traffic.messages(plan.layout.nodes), options.plan.latency_microseconds, share(time.transfer),
                        options.plan.bandwidth_gb_per_second);
  }
  return text + "\n";
}

std::string describe_traffic(const RunPlan& plan, const Traffic& traffic) {
  return plan.layout.nodes == 1 ? "network  none: one node\n"
                                : fmt::format("network  about {:.3f} MB a step into each node, for {} lanes, in {}\n",
                                              1e-6 * traffic.bytes_of_node, plan.layout.lanes(),
                                              traffic.rounds == 1 ? "one round: rows go to all"
                                                                  : "two rounds: rows go to owners, totals to all");
}

// Of the nodes that are planned for; 0 where the system does not say.
std::uint64_t memory_of_node(const PlanOptions& options) {
  const auto memory = host_memory();
  return options.memory_gb > 0.0 ? static_cast<std::uint64_t>(options.memory_gb * 1e9)
         : memory                ? memory->total_bytes
                                 : 0;
}

std::vector<std::uint64_t> count_all_items(const communication::Communicator& communicator,
                                           const dataset::Dataset& data) {
  const auto users = [&](int rank) {
    return data.user_count() * static_cast<std::uint64_t>(rank) / static_cast<std::uint64_t>(communicator.size());
  };
  dataset::Interactions interactions;
  communicator.agree([&] {
    interactions = data.interactions({users(communicator.rank()), users(communicator.rank() + 1)});
  });
  return count_items(communicator, interactions, data.item_count());
}

// What the run has begun with it has in its checkpoints, and needs the older model no more (--initialize-from).
bool has_begun(const communication::Communicator& communicator, const TrainingOptions& options) {
  std::uint32_t answer = 0;
  communicator.agree([&] {
    if (communicator.rank() == 0) {
      answer = options.is_resumed && !RunDirectory(options.output).resumable().empty() ? 1 : 0;
    }
  });
  return communicator.max(answer) > 0;
}

Pace measured_pace(const communication::Communicator& communicator, Log& log, TrainingOptions options) {
  if (has_begun(communicator, options)) {
    options.initialize_from.clear();
  }
  return Trainer(communicator, log, options, "", [](std::uint64_t) { return Wish::nothing; })
      .measure_pace(kMeasuredSeconds);
}

}  // namespace

void dry_run(const communication::Communicator& communicator, Log& log, const TrainingOptions& options) {
  const auto print = [&](const std::string& text) {
    if (communicator.rank() == 0) {
      fmt::print("{}", text);
      std::fflush(stdout);
    }
  };
  const auto present = present_layout(communicator);
  const auto layout = options.plan.ranks == 0
                          ? present
                          : even_layout(options.plan.ranks, std::max<std::uint64_t>(1, options.plan.nodes));
  std::optional<dataset::Dataset> data;
  std::optional<RunPlan> plan;
  const auto memory = memory_of_node(options.plan);
  communicator.agree([&] {
    data.emplace(options.data);
    if (data->interaction_count() == 0) {
      throw DataError("{}: no training interactions in it", options.data.string());
    }
    plan.emplace(plan_run(*data, options, layout));
    if (communicator.rank() == 0) {
      plan->checkpoint_bytes += checkpoint::ids_bytes({data->user_ids(), data->item_ids()});
    }
  });
  print(describe(*plan, options, *data, memory));
  communicator.agree([&] {
    if (memory > 0) {
      const auto most = *std::max_element(plan->node_bytes.begin(), plan->node_bytes.end());
      require_memory(most, memory, "a node");
    }
  });
  const auto traffic =
      layout.nodes > 1 ? expected_traffic(*plan, options, count_all_items(communicator, *data)) : Traffic{};
  print(describe_traffic(*plan, traffic));
  if (options.plan.rate > 0.0) {
    print(describe_predicted(*plan, options, options.plan.rate, "as given", traffic));
    return;
  }
  const auto pace = measured_pace(communicator, log, options);
  print(layout == present ? describe_measured(*plan, options, pace)
                          : describe_predicted(
                                *plan, options, pace.rank_rate,
                                fmt::format("measured in {} steps on {}", pace.steps,
                                            present.ranks() == 1 ? "1 rank" : fmt::format("{} ranks", present.ranks())),
                                traffic));
}

}  // namespace ampcf::training
