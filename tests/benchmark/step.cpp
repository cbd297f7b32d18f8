// The training step on one rank, on planted data of the size of MovieLens 1M, by attention, personas, batch and
// negatives; and the share that it reaches of its floor.

#include "ampcf/training/step.hpp"
#include "ampcf/communication/environment.hpp"
#include "ampcf/core/version.hpp"
#include "ampcf/generation/generate.hpp"
#include "benchmark/machine.hpp"

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>

namespace ampcf::benchmarks {

namespace {

constexpr std::uint64_t kUsers = 6040;
constexpr std::uint64_t kItems = 3600;
constexpr double kInteractionsPerUser = 167;

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
        sampler_(plan_, 0, interactions_, {{.count = c.negatives}, counts(data), 1}, false, 1),
        state_(c.dimensions, {0, data.user_count()}, data.item_count(), memory_) {
    model::initialize(state_.personas, 0.1, 1);
    model::initialize(state_.shared, 0.1, 0.01, 1);
    parallel::GradientShape shape;
    shape.dimensions = c.dimensions;
    shape.item_count = data.item_count();
    shape.largest_batch = plan_.largest_batch();
    shape.candidates_per_example = c.negatives + 1;
    shape.scale = parallel::ItemScale::of(c.batch, c.negatives + 1, 0.2);
    shape.shards = plan_.shard_count();
    shape.largest_share = plan_.largest_share();
    step_.emplace(communicator_, node_, memory_, plan_, sampler_, model::LossWeights{}, optimizer::UpdateOptions{},
                  shape, std::vector<float>(), state_);
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
  static std::vector<std::uint64_t> counts(const dataset::Dataset& data) {
    std::vector<std::uint64_t> counts(data.item_count());
    for (const auto item : data.interactions({0, data.user_count()}).item) {
      ++counts[item];
    }
    return counts;
  }

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

// Seconds that a step cannot be faster than: its multiply-adds at the measured rate, or the rows that it reads and
// writes at the bandwidth measured on as many bytes as the state has, whichever is more. Roots, divisions,
// exponentials, sums over lanes, rounding and random numbers are not in it.
double floor_seconds(const Case& c, const Bench::Distinct& distinct) {
  const auto d = static_cast<double>(c.dimensions.dim);
  const auto r = static_cast<double>(c.dimensions.personas);
  const auto candidates = static_cast<double>(c.batch * (c.negatives + 1));
  const double kinds = c.dimensions.is_identity ? 1.0 : 2.0;         // t; s too
  const double dots = 3.0 * kinds * candidates * r * d;              // products, du and dv
  const double rows = std::min(distinct.users * r, distinct.items);  // to project: personas or items
  const double projections = c.dimensions.is_identity ? 0.0 : 3.0 * rows * d * d;
  const double numbers = distinct.users * r * d + distinct.items * (d + 1.0);
  const double adam = 5.0 * numbers;
  const double bytes = numbers * sizeof(float) * 6.0;  // three arrays, read and written
  const double state = static_cast<double>(kUsers) * r * d + static_cast<double>(kItems) * d;
  static const auto machine = measure_machine(static_cast<std::size_t>(3.0 * state * sizeof(float)));
  return std::max(2.0 * (dots + projections + adam) / machine.flops, bytes / machine.bytes_per_second);
}

void run_case(benchmark::State& state, const dataset::Dataset& data, const Case& c) {
  Bench bench(data, c);
  const auto floor = floor_seconds(c, bench.distinct());
  for (int i = 0; i < 200; ++i) {
    bench.run();
  }
  for (auto _ : state) {
    bench.run();
  }
  const auto steps = static_cast<double>(state.iterations());
  state.counters["positives"] = benchmark::Counter(steps * static_cast<double>(c.batch), benchmark::Counter::kIsRate);
  state.counters["floor"] = static_cast<double>(c.batch) / floor;
  state.counters["share"] = benchmark::Counter(steps * floor, benchmark::Counter::kIsRate);
}

void register_cases(const dataset::Dataset& data) {
  for (const bool is_identity : {false, true}) {
    for (const std::size_t personas : {1, 2, 4, 8}) {
      for (const std::uint64_t batch : {256, 4096}) {
        const Case c{{personas, 64, 64, is_identity}, batch, 4};
        const auto name =
            fmt::format("{}/r:{}/d:64/negatives:4/batch:{}", is_identity ? "identity" : "learned", personas, batch);
        benchmark::RegisterBenchmark(name.c_str(), [&data, c](benchmark::State& state) {
          run_case(state, data, c);
        })->Unit(benchmark::kMicrosecond);
      }
    }
  }
}

ExitCode run(int argc, char** argv) {
  const auto path = std::filesystem::temp_directory_path() / fmt::format("ampcf-bench-{}.h5", getpid());
  generation::GenerationOptions options;
  options.users = kUsers;
  options.items = kItems;
  options.personas = 4;
  options.interactions_per_user = kInteractionsPerUser;
  options.output = path;
  const auto log = make_log(0, 1);
  generation::generate(generation::resolve(options), *log);
  const dataset::Dataset data(path);
  std::filesystem::remove(path);  // it stays open
  benchmark::AddCustomContext("ranks", "1");
  benchmark::AddCustomContext("instruction set", std::string(instruction_set()));
  benchmark::AddCustomContext("data", fmt::format("{} users, {} items, {} interactions", data.user_count(),
                                                  data.item_count(), data.interaction_count()));
  register_cases(data);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return ExitCode::success;
}

}  // namespace

}  // namespace ampcf::benchmarks

int main(int argc, char** argv) {
  return ampcf::communication::run_serial([&] { return ampcf::benchmarks::run(argc, argv); });
}
