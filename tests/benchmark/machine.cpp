#include "benchmark/machine.hpp"

#include "ampcf/kernels/aligned.hpp"
#include "ampcf/kernels/exponential.hpp"
#include "ampcf/kernels/shuffle.hpp"
#include "ampcf/parallel/fixed_point.hpp"
#include "ampcf/random/philox.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

namespace ampcf::benchmarks {

namespace {

using Clock = std::chrono::steady_clock;
using kernels::Floats;

constexpr std::size_t kVectors = 64;  // 4 KiB: in the first-level cache
constexpr int kRounds = 20000;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// The fastest of five, per piece of work.
template <typename F>
double seconds_of(double pieces, F&& work) {
  double best = INFINITY;
  for (int attempt = 0; attempt < 5; ++attempt) {
    const auto start = Clock::now();
    work();
    best = std::min(best, seconds_since(start) / pieces);
  }
  return best;
}

// Twelve independent chains hide the latency of a multiply-add on every x86-64 of today.
double seconds_of_multiply_add() {
  constexpr std::size_t kChains = 12 / Floats::kParts;
  std::array<Floats, kChains> sums{};
  Floats factor = kernels::broadcast(0.999F);
  Floats term = kernels::broadcast(0.001F);
  benchmark::DoNotOptimize(factor);
  benchmark::DoNotOptimize(term);
  const auto seconds = seconds_of(20.0 * kRounds * kChains, [&] {
    for (int round = 0; round < 20 * kRounds; ++round) {
      for (auto& sum : sums) {
        sum = sum * factor + term;
      }
    }
  });
  benchmark::DoNotOptimize(sums);
  return seconds;
}

// Of a function of a vector, over an array of them.
template <typename F>
double seconds_of_each(F&& function) {
  std::array<Floats, kVectors> in, out;
  for (std::size_t i = 0; i < kVectors; ++i) {
    in[i] = kernels::broadcast(0.1F + 0.01F * static_cast<float>(i));
  }
  return seconds_of(kRounds * static_cast<double>(kVectors), [&] {
    for (int round = 0; round < kRounds; ++round) {
      benchmark::DoNotOptimize(in);
      for (std::size_t i = 0; i < kVectors; ++i) {
        out[i] = function(in[i]);
      }
      benchmark::DoNotOptimize(out);
    }
  });
}

Floats root_over(Floats x) { return x / kernels::square_root(x); }

double seconds_of_rounding() {
  constexpr std::size_t kAtOnce = 4;
  std::array<std::array<Floats, kAtOnce>, kVectors / kAtOnce> in{};
  std::array<std::array<kernels::Vec<parallel::Number>, kAtOnce>, kVectors / kAtOnce> out;
  parallel::Rounding kept(1e9F);
  return seconds_of(kRounds * static_cast<double>(kVectors), [&] {
    for (int round = 0; round < kRounds; ++round) {
      benchmark::DoNotOptimize(in);
      auto rounding = kept;  // in registers, as in a step
      for (std::size_t i = 0; i < in.size(); ++i) {
        out[i] = rounding(in[i]);
      }
      kept = rounding;
      benchmark::DoNotOptimize(out);
      benchmark::DoNotOptimize(kept);
    }
  });
}

double seconds_of_sums_of_lanes() {
  std::array<kernels::Square<float>, kVectors / 16> squares{};
  Floats out{};
  return seconds_of(kRounds * static_cast<double>(squares.size()), [&] {
    for (int round = 0; round < kRounds; ++round) {
      for (auto& square : squares) {
        benchmark::DoNotOptimize(square);
        out = kernels::sums_of_lanes<float>(square);
        benchmark::DoNotOptimize(out);
      }
    }
  });
}

double seconds_of_random_words() {
  constexpr std::size_t kBlocks = 2;
  std::array<std::uint64_t, 16> positions{};
  std::array<std::uint32_t, 16 * 4 * kBlocks> words{};
  return seconds_of(kRounds * static_cast<double>(words.size()) / 16.0, [&] {
    for (int round = 0; round < kRounds; ++round) {
      positions[0] = static_cast<std::uint64_t>(round);
      random::first_words(1, random::Stream::negatives, positions, 1, kBlocks, words);
      benchmark::DoNotOptimize(words);
    }
  });
}

}  // namespace

const Machine& machine() {
  static const Machine measured{
      seconds_of_multiply_add(),
      seconds_of_each(root_over),
      seconds_of_each([](Floats x) { return kernels::exponential(x); }),
      seconds_of_each([](Floats x) { return kernels::logarithm(x); }),
      seconds_of_rounding(),
      seconds_of_sums_of_lanes(),
      seconds_of_random_words(),
  };
  return measured;
}

double update_bytes_per_second(std::size_t footprint) {
  kernels::AlignedVector<float> numbers(std::max(kernels::kLanes, footprint / sizeof(float)), 1.0F);
  const auto passes = std::max<std::size_t>(2, (std::size_t{1} << 29U) / footprint);
  const auto seconds = seconds_of(static_cast<double>(passes), [&] {
    for (std::size_t pass = 0; pass < passes; ++pass) {
      for (auto& number : numbers) {
        number = 0.5F * number + 0.5F;
      }
      benchmark::ClobberMemory();
    }
  });
  return 2.0 * static_cast<double>(numbers.size() * sizeof(float)) / seconds;
}

}  // namespace ampcf::benchmarks
