// The exchange of a step's item gradients over all ranks: those of one node in shared memory, or each rank a node of
// its own, whose rows travel by MPI. The floor is the rows that a rank must read and write, at the bandwidth of one
// core. Beside it what the cost model of the network needs (src/parallel/NETWORK.md): a round of messages by their
// length, and what a row costs that has come.

#include "ampcf/parallel/exchange.hpp"
#include "ampcf/random/philox.hpp"
#include "benchmark/cases.hpp"
#include "benchmark/machine.hpp"

#include <fmt/format.h>

#include <array>

namespace ampcf::benchmarks {

namespace {

using communication::Communicator;

constexpr std::size_t kCandidates = 5;

// A batch whose candidates are `items` drawn uniformly, divided among the ranks.
void run_case(benchmark::State& state, const Communicator& world, std::uint64_t batch, std::uint64_t items,
              bool shares_memory) {
  parallel::GradientShape shape;
  shape.dimensions = {4, 64, 64, true};
  shape.projected = model::Projected::nothing;
  shape.item_count = items;
  shape.largest_batch = batch;
  shape.candidates_per_example = kCandidates;
  shape.scale = parallel::ItemScale::of(batch, kCandidates, {0.1});
  shape.shards = 128;
  shape.largest_share = batch;
  const communication::Node node(world, shares_memory ? 0 : 1);
  communication::NodeMemory memory(node.ranks());
  parallel::GradientExchange exchange(node, {node, memory, shape}, shape);
  random::Draws draws(1, random::Stream::generation, static_cast<std::uint64_t>(world.rank()));
  std::vector<ItemIndex> touched(batch * kCandidates / static_cast<std::uint64_t>(world.size()));
  for (auto& item : touched) {
    item = draws.next_below(static_cast<std::uint32_t>(items));
  }
  double rows = 0.0;
  for (auto _ : state) {
    state.PauseTiming();
    exchange.clear();
    for (const auto item : touched) {
      const std::array<ItemIndex, 1> one{item};
      exchange.items().open_rows(one)[0].components[0] += 1;
    }
    rows = static_cast<double>(exchange.items().row_count());
    world.barrier();
    state.ResumeTiming();
    exchange.publish(0);
    exchange.combine();
    exchange.finish();
  }
  // Every rank reads its part of all ranks' rows, or all rows of other nodes, and writes as much.
  const double row_bytes = 4.0 * static_cast<double>(exchange.items().packed_size());
  const double others = shares_memory ? 1.0 : static_cast<double>(world.size());
  const double bytes = 2.0 * world.max(rows) * row_bytes * others;
  report(state, 1.0, bytes / update_bytes_per_second(std::size_t{1} << 20U));
  state.counters["rows"] = world.max(rows);
  state.counters["bytes_received"] =
      static_cast<double>(exchange.bytes_received()) / static_cast<double>(state.iterations());
}

// Every rank sends every other one a message.
void run_round(benchmark::State& state, const Communicator& world, std::size_t numbers) {
  communication::MessageRounds<std::int32_t> rounds(world);
  const std::vector<std::int32_t> message(numbers, 1);
  const std::vector<std::span<const std::int32_t>> outgoing(static_cast<std::size_t>(world.size()), message);
  for (auto _ : state) {
    rounds.begin(outgoing);
    rounds.wait();
  }
  const auto bytes = 4.0 * static_cast<double>(numbers) * static_cast<double>(world.size() - 1);
  report(state, 1.0, 2.0 * bytes / update_bytes_per_second(std::size_t{1} << 20U));
}

// Rows copied out of a table and added to another, as the exchange does with those of other nodes.
void run_rows(benchmark::State& state, std::uint64_t rows) {
  constexpr std::size_t kDim = 64;
  const auto scale = parallel::ItemScale::of(rows, kCandidates, {0.1});
  parallel::ItemGradients own(kDim, rows, rows, kCandidates, scale);
  std::vector<parallel::Number> letter, packed(own.packed_size());
  for (auto _ : state) {
    letter.clear();
    for (std::uint64_t row = 0; row < rows; ++row) {
      own.pack(own.index_of(static_cast<ItemIndex>(row * 7919 % rows)), packed.data());
      letter.insert(letter.end(), packed.begin(), packed.end());
    }
    for (std::size_t at = 0; at < letter.size(); at += own.packed_size()) {
      own.add_packed(letter.data() + at);
    }
  }
  const auto bytes = 4.0 * 4.0 * static_cast<double>(letter.size());
  report(state, static_cast<double>(rows), bytes / update_bytes_per_second(std::size_t{1} << 20U));
}

}  // namespace

void register_exchange(const Communicator& world) {
  for (const bool shares_memory : {true, false}) {
    for (const std::uint64_t items : {3600, 100000}) {
      for (const std::uint64_t batch : {256, 4096}) {
        const auto name = fmt::format("exchange/{}/ranks:{}/items:{}/batch:{}", shares_memory ? "shared" : "messages",
                                      world.size(), items, batch);
        benchmark::RegisterBenchmark(name.c_str(),
                                     [&world, batch, items, shares_memory](benchmark::State& state) {
                                       run_case(state, world, batch, items, shares_memory);
                                     })
            ->UseRealTime()
            ->Iterations(500)
            ->Unit(benchmark::kMicrosecond);
      }
    }
  }
  for (const std::size_t numbers : {2, 4096, 65536, 262144}) {
    const auto name = fmt::format("round/ranks:{}/numbers:{}", world.size(), numbers);
    benchmark::RegisterBenchmark(name.c_str(),
                                 [&world, numbers](benchmark::State& state) { run_round(state, world, numbers); })
        ->UseRealTime()
        ->Iterations(50)
        ->Unit(benchmark::kMicrosecond);
  }
  constexpr std::uint64_t kRows = 4000;
  benchmark::RegisterBenchmark("rows", [](benchmark::State& state) { run_rows(state, kRows); })
      ->UseRealTime()
      ->Iterations(50)
      ->Unit(benchmark::kMicrosecond);
}

}  // namespace ampcf::benchmarks
