#pragma once

#include "ampcf/dataset/dataset.hpp"

#include <benchmark/benchmark.h>

namespace ampcf::benchmarks {

/// Planted data of the size of MovieLens 1M.
inline constexpr std::uint64_t kUsers = 6040;
inline constexpr std::uint64_t kItems = 3600;
inline constexpr double kInteractionsPerUser = 167;

/// Tells what an iteration did: `pieces` of work, and the seconds that it cannot be faster than. Reported are pieces
/// per second (`rate`), the same at best (`floor`) and the share reached.
inline void report(benchmark::State& state, double pieces, double floor_seconds) {
  const auto iterations = static_cast<double>(state.iterations());
  state.counters["rate"] = benchmark::Counter(iterations * pieces, benchmark::Counter::kIsRate);
  state.counters["floor"] = pieces / floor_seconds;
  state.counters["share"] = benchmark::Counter(iterations * floor_seconds, benchmark::Counter::kIsRate);
}

/// How often each item stands in the training part.
[[nodiscard]] inline std::vector<std::uint64_t> train_counts(const dataset::Dataset& data) {
  std::vector<std::uint64_t> counts(data.item_count());
  for (const auto item : data.interactions({0, data.user_count()}).item) {
    ++counts[item];
  }
  return counts;
}

/// Each adds its cases; what is passed must outlive them.
void register_step(const dataset::Dataset& data);
void register_sampling(const dataset::Dataset& data);
void register_scoring();
void register_taste(const dataset::Dataset& data);
void register_storage();
void register_exchange(const communication::Communicator& world);

}  // namespace ampcf::benchmarks
