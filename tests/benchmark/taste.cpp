// The taste space of the data, and the distance of every user's list to his history.

#include "ampcf/evaluation/taste/distance.hpp"
#include "ampcf/evaluation/taste/space.hpp"
#include "benchmark/cases.hpp"
#include "benchmark/machine.hpp"

namespace ampcf::benchmarks {

namespace {

constexpr double kDoublesToFloats = 2.0;  // a vector register holds half as many

// What any method has to do: 100 directions times the data and back, and one assignment of all items to 50 centroids
// for each restart. The method's own restarts and iterations are not in it.
double space_floor_seconds(const dataset::Dataset& data, const evaluation::TasteParameters& parameters) {
  const auto dimensions = static_cast<double>(parameters.dimensions);
  const auto products = 2.0 * static_cast<double>(data.interaction_count()) * dimensions * kDoublesToFloats;
  const auto assignments = static_cast<double>(parameters.restarts) * static_cast<double>(data.item_count()) *
                           static_cast<double>(parameters.tastes) * dimensions;
  return (products + assignments) / 16.0 * machine().multiply_add;
}

void run_space(benchmark::State& state, const dataset::Dataset& data) {
  const auto interactions = data.interactions({0, data.user_count()});
  for (auto _ : state) {
    benchmark::DoNotOptimize(evaluation::build_taste_space(interactions, data.item_count(), {}));
  }
  report(state, static_cast<double>(data.interaction_count()), space_floor_seconds(data, {}));
}

void run_distance(benchmark::State& state, const dataset::Dataset& data) {
  const auto interactions = data.interactions({0, data.user_count()});
  evaluation::Points distances = evaluation::Points::Constant(static_cast<Eigen::Index>(data.item_count()), 50, 0.5F);
  for (auto _ : state) {
    for (std::uint64_t user = 0; user < data.user_count(); ++user) {
      const auto history = interactions.of(user);
      benchmark::DoNotOptimize(evaluation::taste_distribution(distances, {history.begin(), history.end()}));
    }
  }
  const auto added = static_cast<double>(data.interaction_count()) * 50.0 * kDoublesToFloats;
  report(state, static_cast<double>(data.user_count()), added / 16.0 * machine().multiply_add);
}

}  // namespace

void register_taste(const dataset::Dataset& data) {
  benchmark::RegisterBenchmark("taste/space", [&data](benchmark::State& state) {
    run_space(state, data);
  })->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("taste/distributions", [&data](benchmark::State& state) {
    run_distance(state, data);
  })->Unit(benchmark::kMillisecond);
}

}  // namespace ampcf::benchmarks
