// Drawing a rank's part of every batch of an epoch, the epoch's order included; the floor is the random words alone.

#include "ampcf/parallel/batch_sampler.hpp"
#include "benchmark/cases.hpp"
#include "benchmark/machine.hpp"

#include <fmt/format.h>

namespace ampcf::benchmarks {

namespace {

void run_case(benchmark::State& state, const dataset::Dataset& data, std::uint64_t batch,
              const sampling::NegativeOptions& negatives) {
  const parallel::ShardPlan plan(data.indptr(), 128, 1, batch);
  const auto interactions = data.interactions({0, data.user_count()});
  parallel::BatchSampler sampler(plan, 0, interactions, {negatives, train_counts(data), 1}, false, 1);
  std::uint64_t epoch = 0;
  for (auto _ : state) {
    sampler.begin_epoch(epoch++);
    for (std::uint64_t step = 0; step < plan.steps_per_epoch(); ++step) {
      benchmark::DoNotOptimize(sampler.batch(step).candidates.data());
    }
  }
  const auto positives = static_cast<double>(data.interaction_count());
  const auto words = positives * (2.0 * static_cast<double>(negatives.count) + 1.0);
  report(state, positives, words / 16.0 * machine().random_words);
}

}  // namespace

void register_sampling(const dataset::Dataset& data) {
  for (const std::uint64_t batch : {256, 4096}) {
    for (const bool is_seen_excluded : {false, true}) {
      const auto name = fmt::format("sampling/negatives:4/batch:{}{}", batch, is_seen_excluded ? "/exclude-seen" : "");
      benchmark::RegisterBenchmark(name.c_str(), [&data, batch, is_seen_excluded](benchmark::State& state) {
        run_case(state, data, batch, {.is_seen_excluded = is_seen_excluded});
      })->Unit(benchmark::kMillisecond);
    }
  }
}

}  // namespace ampcf::benchmarks
