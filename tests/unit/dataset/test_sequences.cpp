#include "dataset/sequences.hpp"

#include "ampcf/random/philox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace ampcf::dataset {

namespace {

using ::testing::ElementsAre;

RawRow row_of(std::uint32_t user, std::uint32_t item, std::int64_t time, bool is_positive = true) {
  RawRow row;
  row.user = user;
  row.item = item & Interner::kMost;
  row.time = time;
  row.is_positive = is_positive;
  return row;
}

std::vector<ItemIndex> items_of(const Sequences& sequences, UserIndex user) {
  const auto items = sequences.of(user);
  return {items.begin(), items.end()};
}

}  // namespace

TEST(Sequences, AreOrderedByTimeAndThenByFile) {
  MergeCounts counts;
  const auto out = order_and_merge({row_of(0, 3, 5), row_of(1, 0, 0), row_of(0, 1, 5), row_of(0, 2, -5)}, 2, 4, counts);
  EXPECT_THAT(items_of(out, 0), ElementsAre(2, 3, 1));
  EXPECT_THAT(items_of(out, 1), ElementsAre(0));
}

TEST(Sequences, DuplicatePairsKeepTheLatest) {
  MergeCounts counts;
  const auto by_time = order_and_merge({row_of(0, 1, 9), row_of(0, 2, 5), row_of(0, 1, 1)}, 1, 3, counts);
  EXPECT_THAT(items_of(by_time, 0), ElementsAre(2, 1));
  const auto by_file = order_and_merge({row_of(0, 1, 0), row_of(0, 2, 0), row_of(0, 1, 0)}, 1, 3, counts);
  EXPECT_THAT(items_of(by_file, 0), ElementsAre(2, 1));
  EXPECT_EQ(counts.duplicates, 2U);
}

TEST(Sequences, TheLatestRatingOfAPairDecides) {
  MergeCounts counts;
  const auto out = order_and_merge(
      {row_of(0, 1, 1, true), row_of(0, 1, 2, false), row_of(0, 2, 1, false), row_of(0, 2, 2, true)}, 1, 3, counts);
  EXPECT_THAT(items_of(out, 0), ElementsAre(2));
  EXPECT_EQ(counts.duplicates, 2U);
  EXPECT_EQ(counts.dropped_by_rating, 1U);
}

TEST(Sequences, AccountForEveryRow) {
  random::Draws draws(7, random::Stream::generation, 0);
  std::vector<RawRow> rows;
  for (int i = 0; i < 5000; ++i) {
    rows.push_back(row_of(draws.next_below(40), draws.next_below(60), draws.next_below(10), draws.next_below(3) > 0));
  }
  MergeCounts counts;
  const auto out = order_and_merge(rows, 40, 60, counts);
  EXPECT_EQ(out.item.size() + counts.duplicates + counts.dropped_by_rating, rows.size());
  for (UserIndex user = 0; user < 40; ++user) {
    auto items = items_of(out, user);
    std::sort(items.begin(), items.end());
    EXPECT_EQ(std::adjacent_find(items.begin(), items.end()), items.end());
  }
}

}  // namespace ampcf::dataset
