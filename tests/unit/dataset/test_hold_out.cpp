#include "ampcf/dataset/candidates.hpp"
#include "dataset/hold_out.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace ampcf::dataset {

namespace {

using random::Stream;
using ::testing::ElementsAre;

/// Users who consumed items 0 .. user (so user u has u + 1 of them), in this order.
Sequences staircase(std::uint32_t users) {
  Sequences out;
  for (std::uint32_t user = 0; user < users; ++user) {
    for (ItemIndex item = 0; item <= user; ++item) {
      out.item.push_back(item);
    }
    out.indptr.push_back(out.item.size());
  }
  return out;
}

const std::vector<std::int64_t> kNothingOut(1000, kNoItem);

/// Sum of (observed - expected)^2 / expected.
double chi_square(const std::vector<int>& observed) {
  const double expected = std::accumulate(observed.begin(), observed.end(), 0.0) / static_cast<double>(observed.size());
  return std::accumulate(observed.begin(), observed.end(), 0.0,
                         [&](double sum, int n) { return sum + (n - expected) * (n - expected) / expected; });
}

}  // namespace

TEST(HoldOut, TakesTheLastWhereAnotherStaysBehind) {
  const auto sequences = staircase(4);
  const auto test = hold_out(sequences, kNothingOut, HoldOutRule::last, 1, Stream::preparation_split);
  EXPECT_THAT(test, ElementsAre(kNoItem, 1, 2, 3));
  const auto validation = hold_out(sequences, test, HoldOutRule::last, 1, Stream::preparation_validation);
  EXPECT_THAT(validation, ElementsAre(kNoItem, kNoItem, 1, 2));
}

TEST(HoldOut, NoneTakesNothing) {
  EXPECT_THAT(hold_out(staircase(2), kNothingOut, HoldOutRule::none, 1, Stream::preparation_split),
              ElementsAre(kNoItem, kNoItem));
}

TEST(HoldOut, RandomOnesAreTheUsersOwnAndNeverTheOneAlreadyOut) {
  const auto sequences = staircase(200);
  const auto test = hold_out(sequences, kNothingOut, HoldOutRule::random, 1, Stream::preparation_split);
  const auto validation = hold_out(sequences, test, HoldOutRule::random, 1, Stream::preparation_validation);
  for (std::int64_t user = 2; user < 200; ++user) {
    const auto u = static_cast<std::size_t>(user);
    ASSERT_TRUE(test[u] >= 0 && test[u] <= user);
    ASSERT_TRUE(validation[u] >= 0 && validation[u] <= user);
    ASSERT_NE(test[u], validation[u]);
  }
  EXPECT_EQ(test, hold_out(sequences, kNothingOut, HoldOutRule::random, 1, Stream::preparation_split));
  EXPECT_NE(test, hold_out(sequences, kNothingOut, HoldOutRule::random, 2, Stream::preparation_split));
}

TEST(HoldOut, RandomOnesAreUniform) {
  Sequences sequences;
  for (int user = 0; user < 8000; ++user) {
    for (ItemIndex item = 0; item < 8; ++item) {
      sequences.item.push_back(item);
    }
    sequences.indptr.push_back(sequences.item.size());
  }
  const std::vector<std::int64_t> nothing_out(8000, kNoItem);
  std::vector<int> hits(8, 0);
  for (const auto item : hold_out(sequences, nothing_out, HoldOutRule::random, 5, Stream::preparation_split)) {
    ++hits[static_cast<std::size_t>(item)];
  }
  EXPECT_LT(chi_square(hits), 24.3);  // 7 degrees of freedom, p = 0.001
}

TEST(Candidates, AreDistinctAndNeverConsumed) {
  for (const std::uint64_t items : {5, 20, 120, 1000}) {
    CandidateSampler sampler(3, items);
    for (std::uint64_t user = 0; user < items; user += 3) {
      std::vector<ItemIndex> consumed(user);
      std::iota(consumed.begin(), consumed.end(), ItemIndex{0});
      std::vector<ItemIndex> out(99, 7);
      const auto count = sampler.draw(Stream::preparation_test_candidates, user, consumed, out);
      ASSERT_EQ(count, std::min<std::uint64_t>(99, items - user));
      const std::set<ItemIndex> distinct(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(count));
      ASSERT_EQ(distinct.size(), count);
      ASSERT_TRUE(distinct.empty() || (*distinct.begin() >= user && *distinct.rbegin() < items));
      ASSERT_TRUE(std::all_of(out.begin() + static_cast<std::ptrdiff_t>(count), out.end(),
                              [](ItemIndex item) { return item == kNoCandidate; }));
    }
  }
}

TEST(Candidates, DependOnSeedStreamAndUserAlone) {
  const std::vector<ItemIndex> consumed{1, 2, 2};
  const auto drawn = [&](CandidateSampler& sampler, Stream stream, UserIndex user) {
    std::vector<ItemIndex> out(10);
    sampler.draw(stream, user, consumed, out);
    return out;
  };
  CandidateSampler sampler(1, 500);
  const auto first = drawn(sampler, Stream::preparation_test_candidates, 4);
  (void)drawn(sampler, Stream::preparation_test_candidates, 5);
  EXPECT_EQ(drawn(sampler, Stream::preparation_test_candidates, 4), first);
  EXPECT_NE(drawn(sampler, Stream::preparation_validation_candidates, 4), first);
  EXPECT_NE(drawn(sampler, Stream::preparation_test_candidates, 6), first);
  CandidateSampler other(2, 500);
  EXPECT_NE(drawn(other, Stream::preparation_test_candidates, 4), first);
}

TEST(Candidates, AreUniformInEveryPlaceByRejectionAndByShuffle) {
  const std::vector<ItemIndex> consumed{0, 1};
  for (const std::size_t wanted : {3U, 9U}) {  // of 10 free ones among 12: rejection, then shuffle
    CandidateSampler sampler(11, 12);
    std::vector<int> anywhere(10, 0);
    std::vector<int> first(10, 0);
    for (UserIndex user = 0; user < 20'000; ++user) {
      std::vector<ItemIndex> out(wanted);
      sampler.draw(Stream::preparation_test_candidates, user, consumed, out);
      ++first[out[0] - 2];
      for (const auto item : out) {
        ++anywhere[item - 2];
      }
    }
    EXPECT_LT(chi_square(first), 27.9) << wanted;  // 9 degrees of freedom, p = 0.001
    EXPECT_LT(chi_square(anywhere), 27.9) << wanted;
  }
}

}  // namespace ampcf::dataset
