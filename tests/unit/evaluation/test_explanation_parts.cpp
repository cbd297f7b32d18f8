#include "ampcf/evaluation/explanations/counterfactuals.hpp"
#include "ampcf/evaluation/explanations/matching.hpp"
#include "ampcf/evaluation/explanations/simulation.hpp"
#include "ampcf/random/philox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ampcf::evaluation {

namespace {

using ::testing::ElementsAre;

ClaimTable table_of(std::size_t rows, std::size_t columns, std::vector<std::uint64_t> count) {
  ClaimTable table(rows, columns);
  table.count = std::move(count);
  return table;
}

std::uint64_t partnered(const ClaimTable& table, const std::vector<std::size_t>& partner) {
  std::uint64_t items = 0;
  for (std::size_t k = 0; k < table.rows; ++k) {
    items += partner[k] == kNoPartner ? 0 : table.at(k, partner[k]);
  }
  return items;
}

// The best of all ways to pair rows with columns.
std::uint64_t most_partnered(const ClaimTable& table) {
  const auto size = std::max(table.rows, table.columns);
  std::vector<std::size_t> order(size);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::uint64_t most = 0;
  do {
    std::uint64_t items = 0;
    for (std::size_t k = 0; k < table.rows; ++k) {
      items += order[k] < table.columns ? table.at(k, order[k]) : 0;
    }
    most = std::max(most, items);
  } while (std::next_permutation(order.begin(), order.end()));
  return most;
}

// Four items on two axes, two personas on the same: item 0 (3, 0), item 1 (2, 0), item 2 (0, 4), item 3 (1, 1).
struct FourItems {
  model::SharedParameters<float> shared{{2, 2, 2, true}, 4};
  std::vector<float> personas;

  FourItems() : personas(2 * shared.dimensions.padded_dim(), 0.0F) {
    const float places[4][2] = {{3, 0}, {2, 0}, {0, 4}, {1, 1}};
    for (std::uint64_t item = 0; item < 4; ++item) {
      shared.item(item)[0] = places[item][0];
      shared.item(item)[1] = places[item][1];
    }
    personas[0] = 1.0F;
    personas[shared.dimensions.padded_dim() + 1] = 1.0F;
  }
};

}  // namespace

// The first row's best column is worth 5 to it, but together 4 + 4 is more than 5 + 0.
TEST(Matching, TakesTheBestOfAllTogether) {
  EXPECT_THAT(best_partners(table_of(2, 2, {5, 4, 4, 0})), ElementsAre(1, 0));
}

TEST(Matching, LeavesRowsWithoutPartnerWhereColumnsAreFewer) {
  EXPECT_THAT(best_partners(table_of(3, 2, {1, 0, 9, 8, 0, 7})), ElementsAre(kNoPartner, 0, 1));
  EXPECT_THAT(best_partners(table_of(1, 3, {2, 7, 3})), ElementsAre(1));
}

TEST(Matching, IsTheBestOfAllPermutations) {
  for (std::uint64_t number = 0; number < 300; ++number) {
    random::Draws draws(4, random::Stream::generation, number);
    ClaimTable table(1 + draws.next_below(5), 1 + draws.next_below(5));
    for (auto& count : table.count) {
      count = draws.next_below(number % 3 == 0 ? 3 : 20);  // many ties too
    }
    const auto partner = best_partners(table);
    auto taken = partner;
    std::erase(taken, kNoPartner);
    std::sort(taken.begin(), taken.end());
    EXPECT_TRUE(std::adjacent_find(taken.begin(), taken.end()) == taken.end());
    EXPECT_EQ(taken.size(), std::min(table.rows, table.columns));
    EXPECT_EQ(partnered(table, partner), most_partnered(table)) << number;
  }
}

// Hubert and Arabie's index by hand: 2 pairs together in both, rows (4, 2) hold 7 pairs, columns (3, 3) 6, of 15 in
// all.
TEST(AdjustedRand, OfAHandWorkedTable) {
  EXPECT_NEAR(adjusted_rand(table_of(2, 2, {2, 2, 1, 1})), (2.0 - 7.0 * 6.0 / 15.0) / (6.5 - 7.0 * 6.0 / 15.0), 1e-12);
}

TEST(AdjustedRand, IsOneForTheSamePartsByOtherNamesAndNothingWithoutParts) {
  EXPECT_EQ(adjusted_rand(table_of(2, 3, {0, 4, 0, 3, 0, 0})), 1.0);
  EXPECT_EQ(adjusted_rand(table_of(2, 2, {5, 0, 3, 0})), 0.0);
  EXPECT_TRUE(std::isnan(adjusted_rand(table_of(2, 2, {0, 8, 0, 0}))));
  EXPECT_TRUE(std::isnan(adjusted_rand(table_of(2, 2, {0, 0, 0, 0}))));
}

TEST(AdjustedRand, IsZeroOnAverageOverPartsThatHaveNothingToDoWithEachOther) {
  double total = 0.0;
  constexpr int kTables = 2000;
  for (std::uint64_t number = 0; number < kTables; ++number) {
    random::Draws draws(5, random::Stream::generation, number);
    ClaimTable table(3, 3);
    for (std::size_t item = 0; item < 30; ++item) {
      ++table.at(draws.next_below(3), draws.next_below(3));
    }
    total += adjusted_rand(table);
  }
  EXPECT_NEAR(total / kTables, 0.0, 0.005);
}

TEST(Naming, TheEffectiveNumberIsThatOfEqualShares) {
  EXPECT_NEAR(effective_number_of(std::vector<std::uint64_t>{5, 5, 0, 5}), 3.0, 1e-12);
  EXPECT_DOUBLE_EQ(effective_number_of(std::vector<std::uint64_t>{0, 7}), 1.0);
  EXPECT_TRUE(std::isnan(effective_number_of(std::vector<std::uint64_t>{0, 0})));
}

// Without persona 0 the items score 0, 0, 4, 1; alone it gives 3, 2, 0, 1.
TEST(Counterfactuals, OfAHandWorkedCase) {
  FourItems four;
  Counterfactuals counterfactuals(four.shared);
  const std::vector<ItemIndex> items{0, 2};
  const auto ranks = counterfactuals.of(four.personas.data(), items, {});
  EXPECT_EQ(ranks[0].whole, 1.0);
  EXPECT_EQ(ranks[1].whole, 0.0);
  EXPECT_THAT(ranks[0].without, ElementsAre(2.5, 0.0));  // items 2 and 3 are better, item 1 is tied
  EXPECT_THAT(ranks[0].alone, ElementsAre(0.0, 2.5));
  EXPECT_THAT(ranks[1].without, ElementsAre(0.0, 3.0));
  EXPECT_THAT(ranks[1].alone, ElementsAre(3.0, 0.0));
  EXPECT_EQ(four.shared.dimensions.personas, 2U);
}

TEST(Counterfactuals, LeaveOutWhatWasConsumed) {
  FourItems four;
  Counterfactuals counterfactuals(four.shared);
  const std::vector<ItemIndex> items{0};
  const std::vector<ItemIndex> consumed{2, 3};
  EXPECT_THAT(counterfactuals.of(four.personas.data(), items, consumed)[0].without, ElementsAre(0.5, 0.0));
}

TEST(Simulation, NamesThePersonaOfTheItemMostAlike) {
  Points directions(4, 2);
  directions << 1.0F, 0.0F, 0.0F, 1.0F, 0.8F, 0.6F, 0.6F, 0.8F;
  const std::vector<ItemIndex> history{0, 1};
  const std::vector<Named> names{{1, 0.9F}, {0, 0.9F}};
  EXPECT_EQ(simulated_persona(directions, history, names, 2), 1U);
  EXPECT_EQ(simulated_persona(directions, history, names, 3), 0U);
}

}  // namespace ampcf::evaluation
