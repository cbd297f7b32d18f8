// Scores of 64 users for a whole catalogue, alone and with the ranking of an evaluation: the held-out item's rank and
// the best 30.

#include "ampcf/model/scoring.hpp"
#include "ampcf/evaluation/placement.hpp"
#include "benchmark/cases.hpp"
#include "benchmark/machine.hpp"

#include <fmt/format.h>

namespace ampcf::benchmarks {

namespace {

constexpr std::uint64_t kUsersAtOnce = 64;
constexpr ItemIndex kConsumed = 160;

// The products with all items, of personas and of what else affinities are of, and an exponential for each persona.
double floor_seconds(const model::Dimensions& shape) {
  const auto r = static_cast<double>(shape.personas);
  const auto others = shape.learns_attention() ? static_cast<double>(shape.affinity_rows()) : 0.0;
  const auto multiplies = (r + others) * static_cast<double>(shape.padded_dim()) * machine().multiply_add;
  return static_cast<double>(kUsersAtOnce * kItems) / 16.0 * (multiplies + r * machine().exponential);
}

void run_case(benchmark::State& state, const model::Dimensions& shape, bool is_ranked) {
  model::SharedParameters<float> shared(shape, kItems);
  model::Personas<float> personas(shape, {0, kUsersAtOnce});
  model::initialize(shared, 0.1, 0.01, 1);
  model::initialize(personas, 0.1, 1);
  model::CatalogueScorer scorer(shared);
  kernels::AlignedVector<float> scores(kUsersAtOnce * scorer.score_stride());
  std::vector<ItemIndex> consumed;
  for (ItemIndex item = 1; consumed.size() < kConsumed; item += 20) {
    consumed.push_back(item);
  }
  for (auto _ : state) {
    scorer.score(personas.rows.data(), kUsersAtOnce, scores.data());
    for (std::uint64_t user = 0; is_ranked && user < kUsersAtOnce; ++user) {
      const std::span<const float> row(scores.data() + user * scorer.score_stride(), kItems);
      benchmark::DoNotOptimize(evaluation::rank_in_catalogue(row, 0, consumed));
      benchmark::DoNotOptimize(evaluation::best_items(row, consumed, 30));
    }
    benchmark::ClobberMemory();
  }
  report(state, static_cast<double>(kUsersAtOnce * kItems), floor_seconds(shape));
}

}  // namespace

void register_scoring() {
  for (const bool is_identity : {false, true}) {
    for (const std::size_t personas : {1, 2, 4, 8}) {
      for (const bool is_ranked : {false, true}) {
        const model::Dimensions shape{personas, 64, 64, is_identity};
        const auto name = fmt::format("{}/{}/r:{}/d:64/items:{}", is_ranked ? "ranking" : "scoring",
                                      is_identity ? "identity" : "learned", personas, kItems);
        benchmark::RegisterBenchmark(name.c_str(), [shape, is_ranked](benchmark::State& state) {
          run_case(state, shape, is_ranked);
        })->Unit(benchmark::kMillisecond);
      }
    }
  }
}

}  // namespace ampcf::benchmarks
