#include "ampcf/training/memory.hpp"

#include "ampcf/generation/generate.hpp"
#include "run.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

namespace ampcf::training::testing {

namespace {

// Of the heap, large pieces included; memory that ranks share is not in it.
double allocated_bytes() {
  const auto info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

// Collective. 7,000 users: their tables are large beside what HDF5 and MPI keep for themselves, and still too small for
// huge pages, whose alignment counts as allocated.
void write_data(const std::filesystem::path& path) {
  world().agree([&] {
    if (world().rank() == 0) {
      generation::GenerationOptions options;
      options.users = 7000;
      options.items = 8000;
      options.personas = 2;
      options.interactions_per_user = 8;
      options.output = path;
      const auto log = make_log(1, 2);
      generation::generate(generation::resolve(options), *log);
    }
  });
}

RunSize size_of(const dataset::Dataset& data, const TrainingOptions& options) {
  const auto ranks = static_cast<std::uint64_t>(world().size());
  const parallel::ShardPlan plan(data.indptr(), options.shards, ranks, options.batch_size);
  const auto users = plan.users_of_rank(static_cast<std::uint64_t>(world().rank()));
  return {.dimensions = options.dimensions,
          .parts = {options.average_epochs > 1, options.loss.is_balanced()},
          .users = data.user_count(),
          .own_users = users.count(),
          .own_interactions = data.indptr()[users.last] - data.indptr()[users.first],
          .items = data.item_count(),
          .validation_candidates = data.held_out(dataset::HeldOutPart::validation, {0, 1}).candidates_per_user,
          .positives = plan.largest_batch(),
          .candidates = options.negatives.count + 1,
          .node_ranks = ranks,
          .has_ids = world().rank() == 0,
          .projected = options.projected(data.user_count(), data.item_count())};
}

}  // namespace

class Memory : public ::testing::TestWithParam<std::string> {};

TEST_P(Memory, IsWhatTheFormulaSays) {
  const TemporaryDirectory directory;
  auto options = small_options(directory, "run");
  write_data(options.data);
  const auto size = [&] {
    const dataset::Dataset data(options.data);
    options.dimensions = {4, 64, 64, GetParam() == "nothing"};
    options.attention = GetParam() == "nothing" ? "identity" : "learned";
    if (GetParam() != "nothing") {
      options.project = GetParam();
    }
    options.batch_size = 256;
    options.epochs = 1;
    options.average_epochs = 2;
    options.loss.lambda_balance = 0.1;
    return size_of(data, options);
  }();
  const auto before = allocated_bytes();
  if (before == 0.0) {
    GTEST_SKIP() << "the C library does not count what is allocated (a sanitizer's own does not)";
  }
  const auto log = make_log(1, 2);
  Trainer trainer(world(), *log, options, resolved(options), [](std::uint64_t) { return Wish::nothing; });
  ASSERT_EQ(trainer.run(), ExitCode::success);

  const auto found = allocated_bytes() - before;
  const auto need = memory_need(size);
  const bool is_shared = world().size() > 1;
  const auto expected = static_cast<double>(need.rank_bytes + (is_shared ? 0 : need.node_bytes));
  constexpr double kOfLibraries = 4e6;  // what MPI and HDF5 keep once they have written a file together
  EXPECT_GT(found, 0.98 * expected);
  EXPECT_LT(found, 1.02 * expected + kOfLibraries);
}

INSTANTIATE_TEST_SUITE_P(Projected, Memory, ::testing::Values("nothing", "personas", "items"));

TEST(MemoryNeed, GrowsWithWhatItIsSaidToGrowWith) {
  const RunSize size{{4, 64, 64, true}, {}, 1000, 500, 20000, 3000, 99, 256, 5, 2};
  auto more = size;
  ++more.own_users;
  EXPECT_EQ(memory_need(more).rank_bytes - memory_need(size).rank_bytes, 12U * 4 * 64 + 20 + 4 * 99);
  more.parts.shares = true;
  EXPECT_EQ(memory_need(more).rank_bytes - memory_need(size).rank_bytes, 12U * 4 * 64 + 20 + 4 * 99 + 501 * 4 * 4);
  more = size;
  ++more.own_interactions;
  EXPECT_EQ(memory_need(more).rank_bytes - memory_need(size).rank_bytes, 12U);
  more = size;
  ++more.items;
  EXPECT_EQ(memory_need(more).rank_bytes - memory_need(size).rank_bytes, 20U);
  EXPECT_EQ(memory_need(more).node_bytes - memory_need(size).node_bytes, 12U * (64 + 1) + 4);
  more = size;
  more.has_other_nodes = true;
  EXPECT_EQ(memory_need(more).rank_bytes - memory_need(size).rank_bytes, 4U * 256 * 4 * 64);
}

}  // namespace ampcf::training::testing
