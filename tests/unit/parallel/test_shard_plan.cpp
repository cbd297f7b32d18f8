#include "ampcf/parallel/shard_plan.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/random/philox.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace ampcf::parallel {

namespace {

// Users with a long tail of interactions, some with none.
std::vector<std::uint64_t> skewed_offsets(std::uint64_t users) {
  random::Draws draws(1, random::Stream::generation, 0);
  std::vector<std::uint64_t> indptr{0};
  for (std::uint64_t user = 0; user < users; ++user) {
    const double u = draws.next_unit();
    indptr.push_back(indptr.back() + (u < 0.1 ? 0 : static_cast<std::uint64_t>(3.0 / (1.001 - u))));
  }
  return indptr;
}

std::vector<std::uint64_t> even_offsets(std::uint64_t users, std::uint64_t each) {
  std::vector<std::uint64_t> indptr(users + 1);
  for (std::uint64_t user = 0; user <= users; ++user) {
    indptr[user] = user * each;
  }
  return indptr;
}

}  // namespace

TEST(ShardPlan, GivesEveryUserToOneShardAndEveryShardToOneRank) {
  const auto indptr = skewed_offsets(500);
  for (const std::uint64_t ranks : {1U, 2U, 3U, 7U, 64U}) {
    const ShardPlan plan(indptr, 64, ranks, 32);
    std::uint64_t next_shard = 0;
    UserIndex next_user = 0;
    for (std::uint64_t rank = 0; rank < ranks; ++rank) {
      const auto shards = plan.shards_of_rank(rank);
      ASSERT_EQ(shards.first, next_shard);
      ASSERT_LE(shards.first, shards.last);
      next_shard = shards.last;
      const auto users = plan.users_of_rank(rank);
      ASSERT_EQ(users.first, next_user);
      next_user = users.last;
      for (auto shard = shards.first; shard < shards.last; ++shard) {
        ASSERT_LE(plan.users_of_shard(shard).last, users.last);
      }
    }
    EXPECT_EQ(next_shard, 64U);
    EXPECT_EQ(next_user, 500U);
  }
}

TEST(ShardPlan, BalancesInteractionsToWithinTheLargestUser) {
  const auto indptr = skewed_offsets(5000);
  std::uint64_t largest_user = 0;
  for (std::size_t user = 0; user + 1 < indptr.size(); ++user) {
    largest_user = std::max(largest_user, indptr[user + 1] - indptr[user]);
  }
  const ShardPlan plan(indptr, 16, 1, 32);
  for (std::uint64_t shard = 0; shard < 16; ++shard) {
    EXPECT_NEAR(static_cast<double>(plan.interactions_of_shard(shard)), static_cast<double>(indptr.back()) / 16.0,
                static_cast<double>(largest_user) + 1.0);
  }
}

TEST(ShardPlan, VisitsEveryInteractionOnceInAnEpoch) {
  const auto indptr = skewed_offsets(300);
  for (const std::uint64_t batch : {1U, 7U, 32U, 1000U, 100000U}) {
    const ShardPlan plan(indptr, 24, 1, batch);
    std::uint64_t total = 0;
    for (std::uint64_t step = 0; step < plan.steps_per_epoch(); ++step) {
      total += plan.global_batch_size(step);
      EXPECT_LE(plan.global_batch_size(step), plan.largest_batch());
    }
    EXPECT_EQ(total, indptr.back());
    for (std::uint64_t shard = 0; shard < 24; ++shard) {
      EXPECT_EQ(plan.visited(shard, 0), 0U);
      EXPECT_EQ(plan.visited(shard, plan.steps_per_epoch()), plan.interactions_of_shard(shard));
      for (std::uint64_t step = 0; step < plan.steps_per_epoch(); ++step) {
        ASSERT_LE(plan.visited(shard, step), plan.visited(shard, step + 1));
      }
    }
  }
}

TEST(ShardPlan, MakesEvenBatchesOfEvenShards) {
  const ShardPlan plan(even_offsets(64 * 10, 13), 64, 1, 100);
  for (std::uint64_t step = 0; step < plan.steps_per_epoch(); ++step) {
    EXPECT_NEAR(static_cast<double>(plan.global_batch_size(step)), 8320.0 / 84.0, 1.0);
  }
}

TEST(ShardPlan, DividesSmallBatchesEvenlyOverRanks) {
  // 32 positives of 64 shards: half of the shards are idle at each step, but no rank is.
  const ShardPlan plan(even_offsets(64 * 10, 20), 64, 4, 32);
  for (std::uint64_t step = 0; step < plan.steps_per_epoch(); ++step) {
    for (std::uint64_t rank = 0; rank < 4; ++rank) {
      std::uint64_t share = 0;
      const auto shards = plan.shards_of_rank(rank);
      for (auto shard = shards.first; shard < shards.last; ++shard) {
        share += plan.visited(shard, step + 1) - plan.visited(shard, step);
      }
      ASSERT_NEAR(static_cast<double>(share), 8.0, 1.0);
    }
  }
}

TEST(ShardPlan, StepsDoNotDependOnRanks) {
  const auto indptr = skewed_offsets(300);
  const ShardPlan one(indptr, 24, 1, 32);
  const ShardPlan many(indptr, 24, 24, 32);
  for (std::uint64_t step = 0; step <= one.steps_per_epoch(); ++step) {
    for (std::uint64_t shard = 0; shard < 24; ++shard) {
      ASSERT_EQ(one.visited(shard, step), many.visited(shard, step));
    }
  }
}

TEST(ShardPlan, LeavesRanksWithoutUsersWhereOneUserHasEverything) {
  const std::vector<std::uint64_t> indptr{0, 1000, 1000, 1001};
  const ShardPlan plan(indptr, 8, 4, 10);
  std::uint64_t users = 0;
  int idle = 0;
  for (std::uint64_t rank = 0; rank < 4; ++rank) {
    users += plan.users_of_rank(rank).count();
    idle += plan.users_of_rank(rank).count() == 0 ? 1 : 0;
  }
  EXPECT_EQ(users, 3U);
  EXPECT_GE(idle, 1);
}

TEST(ShardPlan, RefusesMoreRanksThanShardsAndEmptyData) {
  EXPECT_THROW(ShardPlan(even_offsets(10, 2), 4, 5, 10), UsageError);
  EXPECT_THROW(ShardPlan(even_offsets(10, 0), 4, 1, 10), DataError);
}

}  // namespace ampcf::parallel
