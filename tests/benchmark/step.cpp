// The training step on one rank, on planted data of the size of MovieLens 1M, by attention, personas, batch and
// negatives; and the share that it reaches of its floor.

#include "ampcf/training/step.hpp"
#include "benchmark/cases.hpp"
#include "benchmark/step_floor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace ampcf::benchmarks {

namespace {

struct Case {
  model::Dimensions dimensions;
  std::uint64_t batch = 256;
  std::uint64_t negatives = 4;
};

// What TrainingStep works on, as the trainer would put it together for one rank.
class Bench {
 public:
  Bench(const dataset::Dataset& data, const Case& c)
      : communicator_(communication::Communicator::alone()),
        node_(communicator_, 1),
        memory_(communicator_),
        plan_(data.indptr(), 128, 1, c.batch),
        interactions_(data.interactions({0, data.user_count()})),
        sampler_(plan_, 0, interactions_, {{.count = c.negatives}, train_counts(data), 1}, false, 1),
        state_(c.dimensions, {0, data.user_count()}, data.item_count(), {},
               {c.dimensions, data.item_count(), memory_, {}}) {
    model::initialize(state_.personas, 0.1, 1);
    model::initialize(state_.shared, 0.1, 0.01, 1);
    parallel::GradientShape shape;
    shape.dimensions = c.dimensions;
    shape.projected =
        model::cheaper_to_project(c.dimensions, data.user_count(), data.item_count(), c.batch, c.negatives + 1);
    shape.item_count = data.item_count();
    shape.largest_batch = plan_.largest_batch();
    shape.candidates_per_example = c.negatives + 1;
    shape.scale = parallel::ItemScale::of(c.batch, c.negatives + 1, {0.2});
    shape.shards = plan_.shard_count();
    shape.largest_share = plan_.largest_share();
    step_.emplace(communicator_, node_, parallel::GradientExchange::Memory(node_, memory_, shape), plan_, sampler_,
                  model::LossWeights{}, optimizer::UpdateOptions{}, shape, std::vector<float>(), state_);
    sampler_.begin_epoch(0);
  }

  void run() {
    if (next_ == plan_.steps_per_epoch()) {
      sampler_.begin_epoch(++epoch_);
      next_ = 0;
    }
    step_->run(next_++, 1.0, 0);
  }

  /// Distinct users and items of a batch, on average over some.
  struct Distinct {
    double users = 0.0;
    double items = 0.0;
  };
  Distinct distinct() {
    constexpr std::uint64_t kBatches = 20;
    Distinct sum;
    std::vector<ItemIndex> items;
    for (std::uint64_t step = 0; step < kBatches; ++step) {
      const auto& batch = sampler_.batch(step);
      items = batch.candidates;
      std::sort(items.begin(), items.end());
      sum.items += static_cast<double>(std::unique(items.begin(), items.end()) - items.begin()) / kBatches;
      sum.users += static_cast<double>(batch.users.size()) / kBatches;
    }
    return sum;
  }

 private:
  communication::Communicator communicator_;
  communication::Node node_;
  communication::NodeMemory memory_;
  parallel::ShardPlan plan_;
  dataset::Interactions interactions_;
  parallel::BatchSampler sampler_;
  checkpoint::TrainingState state_;
  std::optional<training::TrainingStep> step_;
  std::uint64_t epoch_ = 0;
  std::uint64_t next_ = 0;
};

StepSize size_of(const Case& c, const Bench::Distinct& distinct) {
  const auto& shape = c.dimensions;
  const auto rows = static_cast<double>(kUsers * shape.user_stride() + kItems * (shape.padded_dim() + 1));
  return {shape, c.batch, c.negatives, distinct.users, distinct.items, 3.0 * rows * sizeof(float)};
}

void run_case(benchmark::State& state, const dataset::Dataset& data, const Case& c) {
  Bench bench(data, c);
  const auto floor = floor_of(size_of(c, bench.distinct()));
  for (int i = 0; i < 200; ++i) {
    bench.run();
  }
  for (auto _ : state) {
    bench.run();
  }
  report(state, static_cast<double>(c.batch), floor.whole());
  state.counters["bare"] = static_cast<double>(c.batch) / floor.bare;
  for (const auto& [name, seconds] :
       {std::pair("sampling_us", floor.sampling), std::pair("gradient_us", floor.gradient),
        std::pair("adam_us", floor.adam), std::pair("memory_us", floor.memory)}) {
    state.counters[name] = 1e6 * seconds;
  }
}

}  // namespace

void register_step(const dataset::Dataset& data) {
  for (const bool is_identity : {false, true}) {
    for (const std::size_t personas : {1, 2, 4, 8}) {
      for (const std::uint64_t batch : {256, 4096}) {
        const Case c{{personas, 64, 64, is_identity}, batch, 4};
        const auto name = fmt::format("step/{}/r:{}/d:64/negatives:4/batch:{}", is_identity ? "identity" : "learned",
                                      personas, batch);
        benchmark::RegisterBenchmark(name.c_str(), [&data, c](benchmark::State& state) {
          run_case(state, data, c);
        })->Unit(benchmark::kMicrosecond);
      }
    }
  }
}

}  // namespace ampcf::benchmarks
