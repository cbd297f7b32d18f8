#include "ampcf/parallel/exchange.hpp"

#include "ampcf/random/philox.hpp"
#include "support/world.hpp"

#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace ampcf::parallel {

namespace {

using testing::world;

const model::Dimensions kShape{2, 16, 16, false};
constexpr std::uint64_t kContributions = 60;

// Contribution `i` of 60, wherever it is computed.
void contribute(ItemGradients& items, std::uint64_t i, std::uint64_t item_count) {
  random::Draws draws(11, random::Stream::generation, i);
  const std::array<ItemIndex, 1> item{draws.next_below(static_cast<std::uint32_t>(item_count))};
  auto* const row = items.open_rows(item)[0];
  auto rounding = items.rounding();
  kernels::Floats value;
  for (std::size_t lane = 0; lane < kernels::kLanes; ++lane) {
    value[lane] = static_cast<float>(draws.next_unit() - 0.5);
  }
  kernels::store(row, kernels::load(row) + rounding(value * items.scale().factor()));
  row[items.bias_column()] += rounding(value[0] * items.scale().factor());
  items.keep(rounding);
}

std::map<std::int32_t, std::vector<std::int32_t>> by_item(const ItemGradients& items) {
  std::map<std::int32_t, std::vector<std::int32_t>> rows;
  for (std::size_t row = 0; row < items.row_count(); ++row) {
    const auto* const values = items.row_at(row);
    rows[values[items.item_column()]] = {values, values + items.row_size()};
  }
  return rows;
}

// Totals over ranks that each contribute every size-th of the 60 must equal those of one that contributes all.
void expect_totals_of_one_rank(std::uint64_t item_count, bool is_dense_expected) {
  const auto scale = ItemScale::of(kContributions, 1, 1.0);
  ItemGradients mine(kShape, item_count, kContributions, 1, scale);
  ItemGradients all(kShape, item_count, kContributions, 1, scale);
  for (std::uint64_t i = 0; i < kContributions; ++i) {
    contribute(all, i, item_count);
    if (i % static_cast<std::uint64_t>(world().size()) == static_cast<std::uint64_t>(world().rank())) {
      contribute(mine, i, item_count);
    }
  }
  FormGradient form(kShape, 8, 10, 1.0F);
  form.add(0, 0, kernels::broadcast(0.25F));
  GradientExchange exchange(world(), item_count);
  exchange.sum(mine, form, 0);
  EXPECT_EQ(by_item(mine), by_item(all));
  EXPECT_EQ(static_cast<float>(form.sums()[7]) * form.unit(), 0.25F * static_cast<float>(world().size()));
  EXPECT_EQ(exchange.dense_steps(), is_dense_expected ? 1U : 0U);
}

}  // namespace

TEST(Exchange, OfSparseRowsEqualsOneRanksSums) { expect_totals_of_one_rank(1000, false); }

TEST(Exchange, OfTheDenseTableEqualsOneRanksSums) {
  expect_totals_of_one_rank(3, world().size() > 2);  // more rows than twice the catalogue: from three ranks on
}

TEST(Exchange, KeepsRowsWhoseSumIsZero) {
  const auto scale = ItemScale::of(8, 1, 1.0);
  ItemGradients items(kShape, 10, 8, 1, scale);
  FormGradient form(kShape, 8, 10, 1.0F);
  if (world().rank() == 0) {
    const std::array<ItemIndex, 2> twice{4, 4};
    const auto rows = items.open_rows(twice);
    rows[0][0] += 5;
    rows[1][0] -= 5;
  }
  GradientExchange(world(), 10).sum(items, form, 0);
  ASSERT_EQ(items.row_count(), 1U);
  EXPECT_EQ(items.row_at(0)[items.occurrences_column()], 2);
}

TEST(Exchange, TellsEveryRankOfARequest) {
  ItemGradients items(kShape, 10, 8, 1, ItemScale::of(8, 1, 1.0));
  FormGradient form(kShape, 8, 10, 1.0F);
  GradientExchange exchange(world(), 10);
  EXPECT_EQ(exchange.sum(items, form, 0), 0U);
  EXPECT_EQ(exchange.sum(items, form, world().rank() == world().size() - 1 ? 3 : 0), 3U);
}

TEST(Exchange, RefusesMoreOccurrencesThanTheScaleHolds) {
  ItemGradients items(kShape, 10, 8, 1, ItemScale{10, 3});
  FormGradient form(kShape, 8, 10, 1.0F);
  for (int i = 0; i < 4; ++i) {
    (void)items.open_rows(std::array<ItemIndex, 1>{5});
  }
  EXPECT_THROW(GradientExchange(world(), 10).sum(items, form, 0), communication::AgreedError);
}

}  // namespace ampcf::parallel
