#include "benchmark/machine.hpp"

#include "ampcf/kernels/aligned.hpp"
#include "ampcf/kernels/vector.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace ampcf::benchmarks {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Twelve independent chains hide the latency of a multiply-add on every x86-64 of today.
double multiply_adds_per_second() {
  constexpr std::size_t kChains = 12;
  constexpr int kRounds = 2000000;
  std::array<kernels::Floats, kChains> sums{};
  kernels::Floats factor = kernels::broadcast(0.999F);
  kernels::Floats term = kernels::broadcast(0.001F);
  benchmark::DoNotOptimize(factor);
  benchmark::DoNotOptimize(term);
  const auto start = Clock::now();
  for (int round = 0; round < kRounds; ++round) {
    for (auto& sum : sums) {
      sum = sum * factor + term;
    }
  }
  benchmark::DoNotOptimize(sums);
  return kRounds * static_cast<double>(kChains * kernels::kLanes) / seconds_since(start);
}

double triad_bytes_per_second(std::size_t footprint) {
  const auto size = std::max<std::size_t>(kernels::kLanes, footprint / (3 * sizeof(float)));
  kernels::AlignedVector<float> a(size), b(size, 1.0F), c(size, 2.0F);
  const auto passes = std::max<std::size_t>(2, (std::size_t{1} << 31U) / footprint);
  const auto start = Clock::now();
  for (std::size_t pass = 0; pass < passes; ++pass) {
    for (std::size_t i = 0; i < size; ++i) {
      a[i] = b[i] + 0.5F * c[i];
    }
    benchmark::ClobberMemory();
  }
  return static_cast<double>(passes * size * 3 * sizeof(float)) / seconds_since(start);
}

template <typename F>
double best_of_three(F&& measure) {
  return std::max({measure(), measure(), measure()});
}

}  // namespace

Machine measure_machine(std::size_t footprint_bytes) {
  return {2.0 * best_of_three(multiply_adds_per_second),
          best_of_three([&] { return triad_bytes_per_second(footprint_bytes); })};
}

}  // namespace ampcf::benchmarks
