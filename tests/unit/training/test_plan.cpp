#include "ampcf/core/error.hpp"
#include "ampcf/training/memory.hpp"
#include "run.hpp"
#include "training/run_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace ampcf::training::testing {

namespace {

using ::testing::HasSubstr;

struct Plan : public ::testing::Test {
  TemporaryDirectory directory;
  TrainingOptions options = small_options(directory, "run");

  Plan() { ampcf::testing::write_small_dataset(options.data); }
  [[nodiscard]] RunPlan of(const Layout& layout) const {
    return plan_run(dataset::Dataset(options.data), options, layout);
  }
};

}  // namespace

TEST_F(Plan, DividesAllThereIs) {
  const dataset::Dataset data(options.data);
  for (const std::uint64_t ranks : {1, 3, 16}) {
    const auto plan = of(even_layout(ranks, 1));
    std::uint64_t users = 0;
    std::uint64_t interactions = 0;
    for (const auto& rank : plan.ranks) {
      users += rank.users.count();
      interactions += rank.interactions;
    }
    EXPECT_EQ(users, data.user_count());
    EXPECT_EQ(interactions, data.interaction_count());
    const auto steps = static_cast<double>(plan.shards.steps_per_epoch());
    EXPECT_NEAR(plan.mean_positives() * static_cast<double>(ranks) * steps, static_cast<double>(interactions), 1e-6);
    EXPECT_GE(plan.busiest_positives, 0.99 * plan.mean_positives()) << "of some steps";
  }
}

TEST_F(Plan, OfMoreRanksThanShardsIsRefused) { EXPECT_THROW((void)of(even_layout(17, 1)), UsageError); }

TEST_F(Plan, SharingRanksMakeCopiesOfTheItems) {
  const auto shared = of(even_layout(4, 1));
  options.sharing_ranks = 1;
  const auto apart = of(even_layout(4, 1));
  const auto spread = of(even_layout(4, 4));
  EXPECT_GT(apart.node_bytes[0], shared.node_bytes[0]);
  EXPECT_EQ(apart.node_bytes[0], std::accumulate(spread.node_bytes.begin(), spread.node_bytes.end(), std::uint64_t{0}));
}

TEST_F(Plan, LayoutsPutNeighboursTogether) {
  const auto layout = even_layout(5, 2);
  EXPECT_EQ(layout.node_of_rank, (std::vector<std::uint64_t>{0, 0, 0, 1, 1}));
  EXPECT_EQ(layout.lanes(), 2U);
  EXPECT_EQ(present_layout(communication::Communicator::alone()), even_layout(1, 1));
}

TEST_F(Plan, ExpectedItemsLieBetweenOneAndAll) {
  const std::vector<std::uint64_t> counts{50, 30, 10, 10};
  const sampling::NegativeOptions negatives{1, 0.0, false};
  EXPECT_NEAR(expected_items(counts, negatives, 1e-3), 1e-3 * 2, 1e-5)
      << "a positive and a negative, hardly ever alike";
  EXPECT_NEAR(expected_items(counts, negatives, 1e4), 4.0, 1e-9);
}

TEST_F(Plan, OneNodeReceivesNothing) {
  const std::vector<std::uint64_t> counts(80, 5);
  const auto one = expected_traffic(of(even_layout(4, 1)), options, counts);
  EXPECT_EQ(one.bytes_of_node, 0.0);
  EXPECT_EQ(one.messages(1), 0U);
  const auto two = expected_traffic(of(even_layout(4, 2)), options, counts);
  EXPECT_GT(two.bytes_of_node, 0.0);
  EXPECT_EQ(two.messages(2), 1U);
  EXPECT_GE(expected_traffic(of(even_layout(4, 4)), options, counts).bytes_of_node, two.bytes_of_node);
}

TEST_F(Plan, SaysWhatANodeNeedsAndHas) {
  const auto text = describe(of(even_layout(16, 2)), options, dataset::Dataset(options.data), 2'000'000'000);
  EXPECT_THAT(text, HasSubstr("16 ranks on 2 nodes, 16 shards"));
  EXPECT_THAT(text, HasSubstr("it has 2 GB"));
}

TEST_F(Plan, OfARefitHasRoomForTheCheckpointsOfItsSearchToo) {
  const dataset::Dataset data(options.data);
  EXPECT_THAT(describe(of(even_layout(1, 1)), options, data, 0), HasSubstr(", 4 checkpoints of"));
  options.is_refitted = true;
  EXPECT_THAT(describe(of(even_layout(1, 1)), options, data, 0), HasSubstr(", 7 checkpoints of"));
}

TEST(SizeText, TakesTheUnitThatSuits) {
  EXPECT_EQ(size_text(0), "0 bytes");
  EXPECT_EQ(size_text(999), "999 bytes");
  EXPECT_EQ(size_text(1000), "1 kB");
  EXPECT_EQ(size_text(999'949), "999.9 kB");
  EXPECT_EQ(size_text(999'951), "1 MB");
  EXPECT_EQ(size_text(12'345'678'901), "12.35 GB");
  EXPECT_EQ(size_text(123'456'789'012'345'678), "123457 TB");
}

TEST(HostMemory, IsKnownHereAndRefusesWhatDoesNotFit) {
  const auto memory = host_memory();
  ASSERT_TRUE(memory.has_value());
  EXPECT_GT(memory->total_bytes, 0U);
  EXPECT_LE(memory->available_bytes, memory->total_bytes);
  EXPECT_NO_THROW(require_memory(1000, 1000, "a node"));
  EXPECT_THAT(error_of<RuntimeError>([] { require_memory(3'000'000'000, 2'000'000'000, "node 7"); }),
              HasSubstr("needs 3 GB of node 7, which has 2 GB"));
}

}  // namespace ampcf::training::testing
