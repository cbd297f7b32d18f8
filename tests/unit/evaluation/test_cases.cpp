#include "ampcf/evaluation/cases.hpp"

#include "evaluation_data.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf::evaluation {

namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using testing::world;

std::vector<ItemIndex> items_of(std::span<const ItemIndex> span) { return {span.begin(), span.end()}; }

}  // namespace

TEST(Cases, CountEachCandidateOnceAndNeverThePositive) {
  Cases cases;
  cases.append(4, {7, 4, 2, 7, kNoCandidate, 2});
  cases.append(kNoItem, {1});
  EXPECT_THAT(items_of(cases.candidates_of(0)), ElementsAre(2, 7));
  EXPECT_THAT(items_of(cases.candidates_of(1)), ElementsAre(1));
}

TEST(Divide, GivesContiguousRangesThatDifferByOneUserAtMost) {
  for (const std::uint64_t users : {0U, 1U, 3U, 10U, 101U}) {
    for (int ranks = 1; ranks < 8; ++ranks) {
      const auto ranges = divide(users, ranks);
      ASSERT_EQ(ranges.size(), static_cast<std::size_t>(ranks));
      EXPECT_EQ(ranges.front().first, 0U);
      EXPECT_EQ(ranges.back().last, users);
      for (std::size_t rank = 1; rank < ranges.size(); ++rank) {
        EXPECT_EQ(ranges[rank].first, ranges[rank - 1].last);
        EXPECT_LE(ranges[rank].count(), ranges[rank - 1].count());
        EXPECT_GE(ranges[rank].count() + 1, ranges.front().count());
      }
    }
  }
}

TEST(Deal, GivesEveryRankTheCasesThatItWouldHaveReadItself) {
  const testing::TemporaryDirectory directory;
  testing::random_data(37, 60).write(directory / "data.h5");
  const dataset::Dataset data(directory / "data.h5");
  const auto part = dataset::HeldOutPart::test;
  const auto ranges = divide(data.user_count(), world().size());
  const auto own = ranges[static_cast<std::size_t>(world().rank())];
  auto all = world().rank() == 0 ? cases_of(data, part, {0, data.user_count()}) : Cases();
  for (std::size_t user = 0; user < all.positive.size(); ++user) {
    all.unknown_candidates[user] = user;
  }
  const auto dealt = deal(world(), all, ranges);
  const auto read = cases_of(data, part, own);
  EXPECT_EQ(dealt.users.first, own.first);
  EXPECT_EQ(dealt.users.last, own.last);
  EXPECT_EQ(dealt.positive, read.positive);
  EXPECT_EQ(dealt.indptr, read.indptr);
  EXPECT_EQ(dealt.candidate, read.candidate);
  for (std::uint64_t user = 0; user < own.count(); ++user) {
    EXPECT_EQ(dealt.unknown_candidates[user], own.first + user);
  }
}

TEST(ConsumedItems, AreTrainingAndValidationItemsWhenTheTestItemIsRanked) {
  const testing::TemporaryDirectory directory;
  testing::EvaluationData data;
  data.items = 6;
  data.users = {{{1, 4}, 2, 3, {0}}, {{}, kNoItem, 1, {0}}, {{0, 2}, 5, 1, {}}};
  data.write(directory / "data.h5");
  ConsumedItems consumed(dataset::Dataset(directory / "data.h5"), dataset::HeldOutPart::test, {0, 3});
  EXPECT_THAT(items_of(consumed.of(0)), ElementsAre(1, 2, 4));
  EXPECT_THAT(items_of(consumed.of(1)), IsEmpty());
  EXPECT_THAT(items_of(consumed.of(2)), ElementsAre(0, 2, 5));
}

TEST(ConsumedItems, AreTrainingItemsAloneWhenTheValidationItemIsRanked) {
  const testing::TemporaryDirectory directory;
  const auto data = testing::random_data(10, 50);
  data.write(directory / "data.h5");
  ConsumedItems consumed(dataset::Dataset(directory / "data.h5"), dataset::HeldOutPart::validation, {0, 10});
  for (std::size_t user = 0; user < 10; ++user) {
    auto train = data.users[user].train;
    std::sort(train.begin(), train.end());
    EXPECT_THAT(items_of(consumed.of(user)), ElementsAreArray(train));
  }
}

}  // namespace ampcf::evaluation
