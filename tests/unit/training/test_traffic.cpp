#include "run.hpp"
#include "training/item_counts.hpp"
#include "training/run_plan.hpp"

#include <gtest/gtest.h>

namespace ampcf::training::testing {

namespace {

// Bytes of a step into a rank, each rank a node of its own: expected, and received where it had most.
struct Bytes {
  double expected;
  double measured;
  std::uint64_t rounds;
};

Bytes bytes_of(const TrainingOptions& options) {
  const dataset::Dataset data(options.data);
  const auto ranks = static_cast<std::uint64_t>(world().size());
  const auto plan = plan_run(data, options, even_layout(ranks, ranks));
  const auto own = plan.ranks[static_cast<std::size_t>(world().rank())].users;
  const auto counts = count_items(world(), data.interactions(own), data.item_count());
  const auto traffic = expected_traffic(plan, options, counts);
  const auto log = make_log(1, 2);
  Trainer trainer(world(), *log, options, "", [](std::uint64_t) { return Wish::nothing; });
  return {traffic.bytes_of_node, trainer.measure_pace(0.05).bytes_per_step, traffic.rounds};
}

struct TrafficOfAStep : public ::testing::Test {
  TemporaryDirectory directory;
  TrainingOptions options = small_options(directory, "nowhere");

  TrafficOfAStep() {
    ampcf::testing::write_small_dataset(options.data, {.users = 600, .items = 800});
    options.plan.is_asked = true;
    options.sharing_ranks = 1;
    options.dimensions = {2, 64, 64, true};
    options.attention = "identity";
  }

  // Owners have unequal shares of so few items, and the first of some steps takes the direct way.
  std::uint64_t rounds_where_bytes_are_as_expected() const {
    const auto bytes = bytes_of(options);
    EXPECT_NEAR(bytes.measured, bytes.expected, 0.1 * bytes.expected) << "on " << world().size() << " nodes";
    return bytes.rounds;
  }
};

}  // namespace

TEST_F(TrafficOfAStep, IsExpectedAsItIsWhereRowsGoToAll) {
  options.batch_size = 32;
  EXPECT_EQ(rounds_where_bytes_are_as_expected(), world().size() == 1 ? 0U : 1U);
}

TEST_F(TrafficOfAStep, IsExpectedAsItIsWhereRowsGoToOwners) {
  options.batch_size = 1024;
  const auto rounds = rounds_where_bytes_are_as_expected();
  EXPECT_EQ(rounds == 2, world().size() > 2) << "two nodes own half of what they touch anyway";
}

TEST_F(TrafficOfAStep, IsExpectedWithTheFormOfLearnedAttention) {
  options.batch_size = 32;
  options.dimensions.is_identity = false;
  options.attention = "learned";
  (void)rounds_where_bytes_are_as_expected();
}

TEST_F(TrafficOfAStep, IsExpectedWithProjectedItems) {
  options.batch_size = 1024;
  options.dimensions.is_identity = false;
  options.attention = "learned";
  options.project = "items";
  (void)rounds_where_bytes_are_as_expected();
}

TEST_F(TrafficOfAStep, IsExpectedWithTotalsOfSixteenBits) {
  options.batch_size = 1024;
  options.gradient_bits = "16";
  EXPECT_EQ(rounds_where_bytes_are_as_expected(), world().size() == 1 ? 0U : 2U);
}

}  // namespace ampcf::training::testing
