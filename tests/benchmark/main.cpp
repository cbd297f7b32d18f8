// All benchmarks; README.md says how they are run and read.

#include "ampcf/communication/environment.hpp"
#include "ampcf/core/version.hpp"
#include "ampcf/generation/generate.hpp"
#include "benchmark/cases.hpp"
#include "benchmark/machine.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

namespace ampcf::benchmarks {

namespace {

std::string machine_text() {
  const auto& m = machine();
  return fmt::format(
      "multiply-adds {:.0f} GFLOP/s; nanoseconds for sixteen numbers: root and division {:.2f}, exponential {:.2f}, "
      "logarithm {:.2f}, rounding {:.2f}, sums of lanes {:.2f}, random words {:.2f}",
      1e-9 * m.flops(), 1e9 * m.root_and_division, 1e9 * m.exponential, 1e9 * m.logarithm, 1e9 * m.rounding,
      1e9 * m.sums_of_lanes, 1e9 * m.random_words);
}

// Planted data; the file is gone when this returns, but stays open.
dataset::Dataset generated_data() {
  const auto path = std::filesystem::temp_directory_path() / fmt::format("ampcf-bench-{}.h5", getpid());
  generation::GenerationOptions options;
  options.users = kUsers;
  options.items = kItems;
  options.personas = 4;
  options.interactions_per_user = kInteractionsPerUser;
  options.output = path;
  const auto log = make_log(1, 2);
  generation::generate(generation::resolve(options), *log);
  dataset::Dataset data(path);
  std::filesystem::remove(path);
  return data;
}

// On other ranks than the first, which print nothing.
class Silence : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& /*context*/) override { return true; }
  void ReportRuns(const std::vector<Run>& /*report*/) override {}
};

void run_here(int argc, char** argv) {
  const auto data = generated_data();
  benchmark::AddCustomContext("data", fmt::format("{} users, {} items, {} interactions", data.user_count(),
                                                  data.item_count(), data.interaction_count()));
  register_step(data);
  register_sampling(data);
  register_scoring();
  register_taste(data);
  register_storage();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}

void run_together(int argc, char** argv, const communication::Communicator& communicator) {
  register_exchange(communicator);
  benchmark::Initialize(&argc, argv);
  if (communicator.rank() == 0) {
    benchmark::RunSpecifiedBenchmarks();
  } else {
    Silence silence;
    benchmark::RunSpecifiedBenchmarks(&silence);
  }
}

// One rank alone runs all but the exchange, several the exchange.
ExitCode run(int argc, char** argv, const communication::Communicator& communicator) {
  benchmark::AddCustomContext("ranks", fmt::format("{}", communicator.size()));
  benchmark::AddCustomContext("instruction set", std::string(instruction_set()));
  benchmark::AddCustomContext("one core", machine_text());
  if (communicator.size() == 1) {
    run_here(argc, argv);
  } else {
    run_together(argc, argv, communicator);
  }
  return ExitCode::success;
}

}  // namespace

}  // namespace ampcf::benchmarks

int main(int argc, char** argv) {
  return ampcf::communication::run_parallel(
      argc, argv, [&](const auto& communicator) { return ampcf::benchmarks::run(argc, argv, communicator); });
}
