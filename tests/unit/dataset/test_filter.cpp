#include "dataset/filter.hpp"

#include "ampcf/random/philox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace ampcf::dataset {

namespace {

/// Random users of 0..8 items among `items`, each item once.
Sequences random_sequences(std::uint64_t seed, std::uint32_t users, std::uint32_t items) {
  Sequences out;
  for (std::uint32_t user = 0; user < users; ++user) {
    random::Draws draws(seed, random::Stream::generation, user);
    const auto start = static_cast<std::ptrdiff_t>(out.item.size());
    for (auto count = draws.next_below(9); count > 0; --count) {
      const auto item = draws.next_below(items);
      if (std::find(out.item.begin() + start, out.item.end(), item) == out.item.end()) {
        out.item.push_back(item);
      }
    }
    out.indptr.push_back(out.item.size());
  }
  return out;
}

/// The definition, read literally: count, drop, and again.
Survivors filtered_naively(const Sequences& sequences, std::size_t items, std::uint64_t least_of_user,
                           std::uint64_t least_of_item) {
  Survivors out{std::vector<bool>(sequences.user_count(), true), std::vector<bool>(items, true), 0};
  for (bool has_changed = true; has_changed;) {
    has_changed = false;
    std::vector<std::uint64_t> of_user(out.user.size(), 0);
    std::vector<std::uint64_t> of_item(items, 0);
    for (std::size_t user = 0; user < out.user.size(); ++user) {
      for (const auto item : sequences.of(user)) {
        if (out.user[user] && out.item[item]) {
          ++of_user[user];
          ++of_item[item];
        }
      }
    }
    const auto drop = [&](std::vector<bool>& stays, const std::vector<std::uint64_t>& counts, std::uint64_t least) {
      for (std::size_t i = 0; i < counts.size(); ++i) {
        if (stays[i] && counts[i] < std::max<std::uint64_t>(1, least)) {
          stays[i] = false;
          has_changed = true;
        }
      }
    };
    drop(out.user, of_user, least_of_user);
    drop(out.item, of_item, least_of_item);
    out.rounds += has_changed ? 1 : 0;
  }
  return out;
}

}  // namespace

TEST(Filter, IsTheFixpointOfDroppingWhoeverHasTooFew) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto sequences = random_sequences(seed, 60, 50);
    for (std::uint64_t least_of_user = 0; least_of_user < 6; ++least_of_user) {
      for (std::uint64_t least_of_item = 0; least_of_item < 6; ++least_of_item) {
        const auto expected = filtered_naively(sequences, 50, least_of_user, least_of_item);
        const auto found = filter(sequences, 50, least_of_user, least_of_item);
        ASSERT_EQ(found.user, expected.user) << seed << " " << least_of_user << " " << least_of_item;
        ASSERT_EQ(found.item, expected.item);
        ASSERT_EQ(found.rounds, expected.rounds);
      }
    }
  }
}

TEST(Filter, ZeroAndOneDropOnlyWhoHasNothing) {
  Sequences sequences;
  sequences.item = {1};
  sequences.indptr = {0, 1, 1};
  for (const std::uint64_t least : {0, 1}) {
    const auto stays = filter(sequences, 3, least, least);
    EXPECT_THAT(stays.user, ::testing::ElementsAre(true, false));
    EXPECT_THAT(stays.item, ::testing::ElementsAre(false, true, false));
  }
}

TEST(Filter, LongChainsFallInManyRoundsButLinearTime) {
  constexpr std::uint32_t kLinks = 200'000;  // user n holds items n and n + 1: the ends fall, then the new ends
  Sequences chain;
  for (std::uint32_t user = 0; user < kLinks; ++user) {
    chain.item.push_back(user);
    chain.item.push_back(user + 1);
    chain.indptr.push_back(chain.item.size());
  }
  const auto stays = filter(chain, kLinks + 1, 2, 2);
  EXPECT_EQ(std::count(stays.user.begin(), stays.user.end(), true), 0);
  EXPECT_EQ(stays.rounds, kLinks + 1);
}

namespace {

/// How many of 40 users, of whom every fourth does not stay, a sample keeps; every kept user has its items.
std::vector<UserIndex> sampled(std::uint64_t count, std::uint64_t seed) {
  const auto before = random_sequences(5, 40, 30);
  Survivors stays{std::vector<bool>(40, true), {}, 0};
  for (UserIndex user = 0; user < 40; ++user) {
    stays.user[user] = user % 4 != 0 && !before.of(user).empty();
  }
  auto sequences = before;
  keep_sample(sequences, stays, count, seed);
  std::vector<UserIndex> kept;
  for (UserIndex user = 0; user < 40; ++user) {
    const auto items = sequences.of(user);
    if (!items.empty()) {
      EXPECT_TRUE(stays.user[user]);
      EXPECT_TRUE(std::equal(items.begin(), items.end(), before.of(user).begin(), before.of(user).end()));
      kept.push_back(user);
    }
  }
  return kept;
}

}  // namespace

TEST(Sample, KeepsSoManyOfThoseWhoStayWithAllTheirItems) {
  const auto all = sampled(40, 1);
  for (std::uint64_t count = 1; count <= all.size(); ++count) {
    EXPECT_EQ(sampled(count, 1).size(), count);
  }
  EXPECT_EQ(sampled(10, 1), sampled(10, 1));
  EXPECT_NE(sampled(10, 1), sampled(10, 2));
}

TEST(Sample, TakesEverybodyEquallyOften) {
  constexpr int kSamples = 4000;
  std::vector<int> times(40);
  for (std::uint64_t seed = 0; seed < kSamples; ++seed) {
    for (const auto user : sampled(7, seed)) {
      ++times[user];
    }
  }
  const auto all = sampled(40, 1);
  const double share = 7.0 / static_cast<double>(all.size());
  const double deviation = std::sqrt(kSamples * share * (1.0 - share));
  for (const auto user : all) {
    EXPECT_NEAR(times[user], kSamples * share, 5.0 * deviation) << user;
  }
}

TEST(Renumbering, KeepsTheOrderOfThoseWhoStay) {
  const Renumbering numbers({true, false, true, true});
  EXPECT_THAT(numbers.old_of, ::testing::ElementsAre(0, 2, 3));
  EXPECT_THAT(numbers.new_of, ::testing::ElementsAre(0, Renumbering::kDropped, 1, 2));
}

}  // namespace ampcf::dataset
