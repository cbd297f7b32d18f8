#include "ampcf/parallel/batch_sampler.hpp"

#include "ampcf/random/philox.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace ampcf::parallel {

namespace {

constexpr std::uint64_t kUsers = 60;
constexpr std::uint64_t kItems = 40;

// Every third user has nothing; the others have distinct random items.
dataset::Interactions random_interactions() {
  dataset::Interactions all;
  all.users = {0, kUsers};
  all.indptr = {0};
  random::Draws draws(1, random::Stream::generation, 0);
  for (std::uint64_t user = 0; user < kUsers; ++user) {
    std::set<ItemIndex> items;
    for (std::uint64_t i = 0; user % 3 != 0 && i < 1 + user % 17; ++i) {
      items.insert(draws.next_below(kItems));
    }
    all.item.insert(all.item.end(), items.begin(), items.end());
    all.indptr.push_back(all.item.size());
  }
  return all;
}

dataset::Interactions slice(const dataset::Interactions& all, UserRange users) {
  dataset::Interactions part;
  part.users = users;
  part.first_position = all.indptr[users.first];
  for (auto user = users.first; user <= users.last; ++user) {
    part.indptr.push_back(all.indptr[user] - part.first_position);
  }
  part.item.assign(all.item.begin() + static_cast<std::ptrdiff_t>(all.indptr[users.first]),
                   all.item.begin() + static_cast<std::ptrdiff_t>(all.indptr[users.last]));
  return part;
}

using Example = std::pair<UserIndex, std::vector<ItemIndex>>;  // global user, candidates

// All examples of every step of an epoch, in order of shards, as `ranks` ranks make them.
std::vector<std::vector<Example>> examples_of(std::uint64_t ranks, std::uint64_t epoch, bool is_full = false) {
  const auto all = random_interactions();
  const ShardPlan plan(all.indptr, 8, ranks, 16);
  std::vector<std::vector<Example>> steps(plan.steps_per_epoch());
  for (std::uint64_t rank = 0; rank < ranks; ++rank) {
    const auto local = slice(all, plan.users_of_rank(rank));
    BatchSampler sampler(plan, rank, local, sampling::NegativeSampler({}, std::vector<std::uint64_t>(kItems, 1), 9),
                         is_full, 9);
    sampler.begin_epoch(epoch);
    for (std::uint64_t step = 0; step < steps.size(); ++step) {
      const auto& batch = sampler.batch(step);
      for (std::size_t b = 0; b < batch.size(); ++b) {
        const auto candidates = batch.candidates_of(b);
        steps[step].emplace_back(local.users.first + batch.users[batch.slot[b]],
                                 std::vector<ItemIndex>(candidates.begin(), candidates.end()));
      }
    }
  }
  return steps;
}

}  // namespace

TEST(BatchSampler, MakesTheSameStepsOnAnyNumberOfRanks) {
  const auto one = examples_of(1, 4);
  for (const std::uint64_t ranks : {2U, 3U, 5U, 8U}) {
    EXPECT_EQ(examples_of(ranks, 4), one) << ranks;
  }
}

TEST(BatchSampler, VisitsEveryInteractionOnceInAnEpoch) {
  const auto all = random_interactions();
  std::set<std::pair<UserIndex, ItemIndex>> visited;
  std::size_t count = 0;
  const auto steps = examples_of(3, 0);
  for (const auto& step : steps) {
    for (const auto& [user, candidates] : step) {
      visited.emplace(user, candidates[0]);
      ++count;
      const auto row = all.of(user);
      EXPECT_TRUE(std::binary_search(row.begin(), row.end(), candidates[0]));
    }
  }
  EXPECT_EQ(count, all.item.size());
  EXPECT_EQ(visited.size(), all.item.size());
}

// Few interactions of a shard are ordered in another way than many.
TEST(BatchSampler, HasAShardsUsersAndPositionsInOrder) {
  const auto all = random_interactions();
  const auto count = all.item.size();
  for (const std::uint64_t batch_size : {std::uint64_t{2}, std::uint64_t{100}, std::uint64_t{130}, count}) {
    const ShardPlan plan(all.indptr, 2, 1, batch_size);
    BatchSampler sampler(plan, 0, all, sampling::NegativeSampler({}, std::vector<std::uint64_t>(kItems, 1), 9), false,
                         9);
    sampler.begin_epoch(0);
    for (std::uint64_t step = 0; step < plan.steps_per_epoch(); ++step) {
      const auto& batch = sampler.batch(step);
      for (std::size_t b = 1; b < batch.size(); ++b) {
        const auto before = batch.users[batch.slot[b - 1]], user = batch.users[batch.slot[b]];
        EXPECT_LE(before, user);
        if (before == user) {  // whose items are listed in rising order
          EXPECT_LT(batch.candidates_of(b - 1)[0], batch.candidates_of(b)[0]);
        }
      }
    }
  }
}

TEST(BatchSampler, OrdersEpochsDifferently) { EXPECT_NE(examples_of(1, 0), examples_of(1, 1)); }

TEST(BatchSampler, NamesEveryOtherItemUnderFullSoftmax) {
  const auto steps = examples_of(2, 0, true);
  for (const auto& [user, candidates] : steps[0]) {
    auto sorted = candidates;
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(sorted.size(), kItems);
    EXPECT_EQ(std::unique(sorted.begin(), sorted.end()), sorted.end());
  }
}

}  // namespace ampcf::parallel
