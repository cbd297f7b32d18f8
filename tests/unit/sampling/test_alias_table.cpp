#include "ampcf/sampling/alias_table.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/random/philox.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace ampcf::sampling {

TEST(AliasTable, FrequenciesFollowTheWeightsByChiSquare) {
  const std::vector<double> weights{5.0, 0.0, 1.0, 2.5, 0.25, 30.0, 1.0, 1.0, 0.5, 8.75};
  const AliasTable table(weights);
  const int draws = 400000;
  std::vector<int> counts(weights.size());
  random::Draws source(1, random::Stream::generation, 0);
  for (int i = 0; i < draws; ++i) {
    const auto slot = source.next();
    ++counts[table.draw(slot, source.next())];
  }
  EXPECT_EQ(counts[1], 0);
  double chi_square = 0.0;
  for (std::size_t item = 0; item < weights.size(); ++item) {
    if (weights[item] > 0.0) {
      const double expected = draws * weights[item] / 50.0;
      chi_square += (counts[item] - expected) * (counts[item] - expected) / expected;
    }
  }
  EXPECT_LT(chi_square, 26.1);  // 8 degrees of freedom, 1 in 1,000
}

TEST(AliasTable, ProbabilitiesAreTheWeightsOverTheirSum) {
  const AliasTable table(std::vector<double>{1.0, 3.0});
  EXPECT_DOUBLE_EQ(table.probability(0), 0.25);
  EXPECT_DOUBLE_EQ(table.probability(1), 0.75);
}

TEST(AliasTable, ThresholdsGiveEachItemItsExactShareOfAllWords) {
  // The share of (slot, coin) pairs that lead to an item, counted from the table, not drawn.
  const std::vector<double> weights{1.0, 2.0, 3.0, 4.0};
  const AliasTable table(weights);
  std::vector<double> share(4);
  const int coins = 4096;
  for (std::uint32_t slot = 0; slot < 4; ++slot) {
    for (std::uint32_t coin = 0; coin < coins; ++coin) {
      share[table.draw(slot << 30U, coin << 20U)] += 1.0 / (4.0 * coins);
    }
  }
  for (std::size_t item = 0; item < 4; ++item) {
    EXPECT_NEAR(share[item], weights[item] / 10.0, 1.0 / coins);
  }
}

TEST(AliasTable, RefusesWeightsThatSayNothing) {
  EXPECT_THROW(AliasTable(std::vector<double>{0.0, 0.0}), UsageError);
  EXPECT_THROW(AliasTable(std::vector<double>{1.0, -1.0}), UsageError);
  EXPECT_THROW(AliasTable(std::vector<double>{1.0, INFINITY}), UsageError);
}

}  // namespace ampcf::sampling
