#include "ampcf/parallel/exchange.hpp"

#include "ampcf/random/philox.hpp"
#include "support/world.hpp"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>
#include <vector>

namespace ampcf::parallel {

namespace {

using testing::world;

const model::Dimensions kShape{2, 16, 16, false};
constexpr std::uint64_t kContributions = 60;

GradientShape shape_of(std::uint64_t item_count, std::uint64_t contributions = kContributions,
                       bool are_totals_rounded = false) {
  GradientShape shape;
  shape.dimensions = kShape;
  shape.item_count = item_count;
  shape.largest_batch = contributions;
  shape.candidates_per_example = 1;
  shape.scale = ItemScale::of(contributions, 1, {1.0});
  shape.shards = 8;
  shape.largest_share = 10;
  shape.are_totals_rounded = are_totals_rounded;
  return shape;
}

// An exchange over all ranks, at most `sharing` of which share memory: groups stand for nodes.
struct Ranks {
  communication::Node node;
  communication::NodeMemory memory;
  GradientExchange exchange;

  Ranks(std::uint64_t sharing, const GradientShape& shape)
      : node(world(), sharing), memory(node.ranks()), exchange(node, {node, memory, shape}, shape) {}
};

// Contribution `i` of a step, wherever it is computed.
void contribute(ItemGradients& items, std::uint64_t step, std::uint64_t i, std::uint64_t item_count) {
  random::Draws draws(11, random::Stream::generation, i, static_cast<std::uint32_t>(step));
  const std::array<ItemIndex, 1> item{draws.next_below(static_cast<std::uint32_t>(item_count))};
  const auto row = items.open_rows(item)[0];
  auto rounding = items.rounding();
  kernels::Floats value;
  for (std::size_t lane = 0; lane < kernels::kLanes; ++lane) {
    value.set(lane, static_cast<float>(draws.next_unit() - 0.5));
  }
  kernels::store(row.components,
                 kernels::load(row.components) + rounding(std::array{value * items.scale().factor()})[0]);
  *row.bias += rounding(value[0] * items.scale().factor());
  items.keep(rounding);
}

using Rows = std::map<ItemIndex, std::vector<std::int32_t>>;

std::vector<std::int32_t> packed(const ItemGradients& items, std::size_t index) {
  std::vector<std::int32_t> row(items.packed_size());
  items.pack(index, row.data());
  return row;
}

Rows rows_of_one_rank(std::uint64_t step, const GradientShape& shape) {
  ItemGradients all(shape.components(), shape.item_count, shape.largest_batch, 1, shape.scale);
  for (std::uint64_t i = 0; i < shape.largest_batch; ++i) {
    contribute(all, step, i, shape.item_count);
  }
  const TotalRows totals(kShape.padded_dim(), shape.are_totals_rounded);
  Rows rows;
  for (std::size_t index = 0; index < all.row_count(); ++index) {
    auto& row = rows[all.item_at(index)];
    row = packed(all, index);
    totals.round(row.data());
  }
  return rows;
}

// Owned totals of ranks that each contribute every size-th must be those of one that contributes all, and every item
// must have one owner in each node. In some steps ranks look in while they wait, in others they do not. Returns how
// many steps went by owners.
std::uint64_t expect_totals_of_one_rank(std::uint64_t sharing, const GradientShape& shape) {
  Ranks ranks(sharing, shape);
  auto& exchange = ranks.exchange;
  for (std::uint64_t step = 0; step < 3; ++step) {
    exchange.clear();
    for (auto i = static_cast<std::uint64_t>(world().rank()); i < shape.largest_batch;
         i += static_cast<std::uint64_t>(world().size())) {
      contribute(exchange.items(), step, i, shape.item_count);
    }
    std::vector<float> ones(kShape.padded_dim(), 1.0F);
    std::vector<float> quarters(kShape.padded_dim(), 0.25F * shape.scale.factor());
    exchange.form().add_products(ones.data(), quarters.data(), std::array<std::size_t, 2>{0, 1});
    exchange.publish(0);
    for (std::uint64_t look = 0; look < 20 * step; ++look) {
      exchange.progress();
    }
    exchange.combine();
    const auto expected = rows_of_one_rank(step, shape);
    std::uint64_t owned = 0;
    exchange.for_each_owned([&](std::size_t index) {
      EXPECT_EQ(packed(exchange.items(), index), expected.at(exchange.items().item_at(index)));
      ++owned;
    });
    EXPECT_EQ(exchange.finish(), 0U);
    EXPECT_EQ(ranks.node.ranks().sum(owned), expected.size());
    const auto ranks_of_world = static_cast<float>(world().size());  // 2^-11 is what factors lose
    EXPECT_NEAR(static_cast<float>(exchange.form_total()[7]) * exchange.form().unit(), 0.25F * ranks_of_world,
                0x1p-11F * ranks_of_world);
    ranks.node.ranks().barrier();  // nobody begins again before all have read
  }
  return exchange.steps_by_owners();
}

}  // namespace

class Exchange : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(Exchange, OfFewRowsIsDirectAndEqualsOneRanksSums) {
  for (const bool is_rounded : {false, true}) {
    EXPECT_EQ(expect_totals_of_one_rank(GetParam(), shape_of(1000, kContributions, is_rounded)), 0U);
  }
}

// Nodes that touch the same 300 items: of three or more, each then hears less of totals than of all rows.
TEST_P(Exchange, OfSharedRowsGoesByOwnersAndEqualsOneRanksSums) {
  for (const bool is_rounded : {false, true}) {
    const auto by_owners = expect_totals_of_one_rank(GetParam(), shape_of(300, 4000, is_rounded));
    const bool has_many_nodes = GetParam() == 1 && world().size() > 2;
    EXPECT_TRUE(by_owners == (has_many_nodes ? 2U : 0U) || is_rounded) << by_owners;
  }
}

TEST_P(Exchange, KeepsRowsWhoseSumIsZero) {
  auto shape = shape_of(10);
  shape.candidates_per_example = 2;
  Ranks ranks(GetParam(), shape);
  auto& exchange = ranks.exchange;
  if (world().rank() == 0) {
    const std::array<ItemIndex, 2> twice{4, 4};
    const auto rows = exchange.items().open_rows(twice);
    rows[0].components[0] += 5;
    rows[1].components[0] -= 5;
  }
  exchange.publish(0);
  exchange.combine();
  std::uint64_t found = 0;
  exchange.for_each_owned([&](std::size_t index) {
    EXPECT_EQ(exchange.items().row(index)[0], 0);
    EXPECT_EQ(exchange.items().heads()[index].occurrences, 2U);
    ++found;
  });
  exchange.finish();
  EXPECT_EQ(ranks.node.ranks().sum(found), 1U);
}

// Of few items, whose touched ones are found by looking at all, and of so many that they are sorted.
TEST_P(Exchange, GivesOwnedRowsBlockByBlockByRisingItem) {
  for (const std::uint64_t item_count : {300U, 100000U}) {
    auto shape = shape_of(item_count);
    shape.projected = model::Projected::items;
    Ranks ranks(GetParam(), shape);
    auto& exchange = ranks.exchange;
    for (std::uint64_t i = 0; i < shape.largest_batch; ++i) {
      contribute(exchange.items(), 0, i, item_count);
    }
    exchange.publish(0);
    exchange.combine();
    EXPECT_EQ(exchange.items().is_dense(), item_count == 300);
    std::vector<std::size_t> owned;
    std::vector<std::pair<std::size_t, ItemIndex>> order;
    exchange.for_each_owned([&](std::size_t index) { owned.push_back(index); });
    std::size_t seen = 0;
    exchange.for_each_owned_looking_ahead([&](std::size_t index, std::size_t ahead) {
      ASSERT_EQ(index, owned[seen]);
      ASSERT_EQ(ahead, owned[std::min(seen + kernels::rows_ahead(exchange.items().components()), owned.size() - 1)]);
      ++seen;
    });
    EXPECT_EQ(seen, owned.size());
    exchange.for_each_owned_block([](std::size_t /*index*/) {},
                                  [&](std::span<const std::uint32_t> rows) {
                                    for (const auto row : rows) {
                                      const auto item = exchange.items().item_at(row);
                                      order.emplace_back(GradientExchange::block_of(item), item);
                                    }
                                  });
    exchange.finish();
    EXPECT_EQ(order.size(), owned.size());
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
    EXPECT_EQ(std::set(order.begin(), order.end()).size(), order.size());
    EXPECT_GT(ranks.node.ranks().sum(static_cast<std::uint64_t>(owned.size())), 0U);
  }
}

TEST_P(Exchange, TellsEveryRankOfARequest) {
  Ranks ranks(GetParam(), shape_of(10));
  for (const std::uint32_t request : {0U, 3U, 0U, 1U}) {
    ranks.exchange.clear();
    ranks.exchange.publish(world().rank() == world().size() - 1 ? request : 0);
    ranks.exchange.combine();
    EXPECT_EQ(ranks.exchange.finish(), request);
  }
}

TEST_P(Exchange, RefusesMoreOccurrencesThanTheScaleHoldsOnEveryRank) {
  auto shape = shape_of(10);
  shape.scale = ItemScale{10, 3};
  Ranks ranks(GetParam(), shape);
  for (int i = 0; i < 4; ++i) {
    (void)ranks.exchange.items().open_rows(std::array<ItemIndex, 1>{5});
  }
  ranks.exchange.publish(0);
  ranks.exchange.combine();
  EXPECT_THROW(ranks.exchange.finish(), communication::AgreedError);
}

INSTANTIATE_TEST_SUITE_P(RanksThatShare, Exchange, ::testing::Values(0, 1, 2));

}  // namespace ampcf::parallel
