#include "ampcf/training/memory.hpp"

#include "ampcf/generation/generate.hpp"
#include "run.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

// The C++ library's rounds up to whole huge pages, of which nobody touches what was not asked for.
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  void* memory = nullptr;
  if (posix_memalign(&memory, static_cast<std::size_t>(alignment), bytes) != 0) {
    throw std::bad_alloc();
  }
  return memory;
}

void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }

namespace ampcf::training::testing {

namespace {

// Of the heap, large pieces included; memory that ranks share is not in it.
double allocated_bytes() {
  const auto info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

// Collective. 7,000 users: their tables are large beside what HDF5 and MPI keep for themselves.
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

RunSize size_of(const dataset::Dataset& data, const TrainingOptions& options, bool is_refitted) {
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
          .own_positives = plan.largest_part(static_cast<std::uint64_t>(world().rank())),
          .shard_positives = plan.largest_share(),
          .candidates = options.candidates(data.item_count()),
          .node_ranks = ranks,
          .has_ids = world().rank() == 0,
          .has_log_q = options.has_log_q,
          .has_added_validation = is_refitted,
          .projected = options.projected(data.user_count(), data.item_count())};
}

}  // namespace

struct MemoryCase {
  std::string name;
  std::function<void(TrainingOptions&)> change;
  bool is_refitted = false;
};

class Memory : public ::testing::TestWithParam<MemoryCase> {};

TEST_P(Memory, IsWhatTheFormulaSays) {
  const TemporaryDirectory directory;
  auto options = small_options(directory, "run");
  write_data(options.data);
  const auto size = [&] {
    dataset::Dataset data(options.data);
    if (GetParam().is_refitted) {
      data.add_back_validation();
    }
    options.dimensions = {4, 64, 64, false};
    options.batch_size = 256;
    options.epochs = 1;
    options.average_epochs = 2;
    options.loss.lambda_balance = 0.1;
    GetParam().change(options);
    options.attention = options.dimensions.is_identity ? "identity" : "learned";
    return size_of(data, options, GetParam().is_refitted);
  }();
  constexpr int kMost = 32 << 20;  // what is mapped alone counts with what is left out in front of a huge page
  mallopt(M_MMAP_THRESHOLD, kMost);
  const auto before = allocated_bytes();
  if (before == 0.0) {
    GTEST_SKIP() << "the C library does not count what is allocated (a sanitizer's own does not)";
  }
  const auto log = make_log(1, 2);
  Trainer trainer(
      world(), *log, options, resolved(options), [](std::uint64_t) { return Wish::nothing; },
      GetParam().is_refitted ? std::optional<std::uint64_t>(1) : std::nullopt);
  ASSERT_EQ(trainer.run(), ExitCode::success);

  const auto found = allocated_bytes() - before;
  const auto need = memory_need(size);
  const bool is_shared = world().size() > 1;
  const auto expected = static_cast<double>(need.rank_bytes + (is_shared ? 0 : need.node_bytes));
  constexpr double kOfLibraries = 4e6;  // what MPI and HDF5 keep once they have written a file together
  EXPECT_GT(found, 0.98 * expected);
  EXPECT_LT(found, 1.02 * expected + kOfLibraries);
}

INSTANTIATE_TEST_SUITE_P(
    Runs, Memory,
    ::testing::Values(MemoryCase{"nothing", [](TrainingOptions& options) { options.dimensions.is_identity = true; }},
                      MemoryCase{"personas", [](TrainingOptions& options) { options.project = "personas"; }},
                      MemoryCase{"items", [](TrainingOptions& options) { options.project = "items"; }},
                      MemoryCase{"refit", [](TrainingOptions& options) { options.project = "personas"; }, true},
                      MemoryCase{"full_softmax",
                                 [](TrainingOptions& options) {
                                   options.dimensions = {2, 16, 16, true};
                                   options.is_full_softmax = true;
                                   options.batch_size = 1024;
                                 }},
                      MemoryCase{"full_softmax_of_items",
                                 [](TrainingOptions& options) {
                                   options.dimensions = {2, 16, 16, false};
                                   options.project = "items";
                                   options.is_full_softmax = true;
                                   options.has_log_q = true;
                                   options.batch_size = 1024;
                                 }}),
    [](const auto& tested) { return tested.param.name; });

TEST(MemoryNeed, GrowsWithWhatItIsSaidToGrowWith) {
  const RunSize size{{4, 64, 64, true}, {}, 1000, 500, 20000, 3000, 99, 256, 150, 3, 5, 2};
  auto more = size;
  ++more.own_users;
  EXPECT_EQ(memory_need(more).rank_bytes - memory_need(size).rank_bytes, 12U * 4 * 64 + 20 + 4 * 99);
  more.parts.shares = true;
  EXPECT_EQ(memory_need(more).rank_bytes - memory_need(size).rank_bytes, 12U * 4 * 64 + 20 + 4 * 99 + 501 * 4 * 4);
  more = size;
  ++more.own_interactions;
  EXPECT_EQ(memory_need(more).rank_bytes - memory_need(size).rank_bytes, 12U);
  more = size;
  more.items += 8;
  EXPECT_EQ(memory_need(more).rank_bytes - memory_need(size).rank_bytes, 8 * 20U + 1);
  EXPECT_EQ(memory_need(more).node_bytes - memory_need(size).node_bytes, 8 * (12U * (64 + 1) + 4));
  more = size;
  ++more.own_positives;
  EXPECT_EQ(memory_need(more).rank_bytes - memory_need(size).rank_bytes, 4U * 5);
  ++more.candidates;
  EXPECT_EQ(memory_need(more).rank_bytes - memory_need(size).rank_bytes, 4U * (256 + 5 + 151) + 64 * (3 * 4 + 2) + 8);
  more = size;
  more.has_log_q = true;
  EXPECT_EQ(memory_need(more).rank_bytes - memory_need(size).rank_bytes, 4U * 3000);
  more = size;
  more.has_added_validation = true;
  EXPECT_EQ(memory_need(more).rank_bytes - memory_need(size).rank_bytes, 16U * 1000);
  more = size;
  more.own_interactions = 0;  // the start needs most then
  EXPECT_EQ(memory_need(more).rank_bytes, memory_need(size).rank_bytes - 12 * 20000 + 16 * 3000 - 3000 / 8 -
                                              4 * 256 * 5 - 4 * 150 * 5 - 5 * (64 * (3 * 4 + 2) + 8) - 1024 * 8);
  more = size;
  more.has_other_nodes = true;
  EXPECT_EQ(memory_need(more).rank_bytes - memory_need(size).rank_bytes, 4U * 256 * 4 * 64);
  more = size;
  more.projected = model::Projected::personas;
  EXPECT_EQ(memory_need(more).rank_bytes - memory_need(size).rank_bytes, (16U - 12 / 4) * (4096 + 3 * 4 * 64));
}

}  // namespace ampcf::training::testing
