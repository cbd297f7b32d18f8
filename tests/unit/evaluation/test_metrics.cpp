#include "ampcf/evaluation/metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace ampcf::evaluation {

TEST(Metrics, WithoutTiesFollowTheirDefinition) {
  EXPECT_EQ(expected_hit({0, 0}, 10), 1.0);
  EXPECT_EQ(expected_ndcg({0, 0}, 10), 1.0);
  EXPECT_EQ(expected_hit({9, 0}, 10), 1.0);
  EXPECT_NEAR(expected_ndcg({9, 0}, 10), std::log(2.0) / std::log(11.0), 1e-15);
  EXPECT_EQ(expected_hit({10, 0}, 10), 0.0);
  EXPECT_EQ(expected_ndcg({10, 0}, 10), 0.0);
  EXPECT_NEAR(expected_ndcg({1, 0}, 2), 0.63092975357145743, 1e-15);
}

TEST(Metrics, OfAConstantScorerAreThoseOfChance) {
  const TiedRank all_tied{0, 99};
  EXPECT_EQ(expected_rank(all_tied), 49.5);
  EXPECT_DOUBLE_EQ(expected_hit(all_tied, 10), 0.10);
  EXPECT_DOUBLE_EQ(expected_hit(all_tied, 1000), 1.0);
  EXPECT_DOUBLE_EQ(expected_hit(all_tied, 1), 0.01);
}

TEST(Metrics, UnderTiesAreMeansOverTheOrdersNotMetricsOfTheMeanRank) {
  // Ranks 8, 9, 10, 11 are equally likely; two of them are hits, though the mean rank of 9.5 is one too.
  const TiedRank rank{8, 3};
  EXPECT_EQ(expected_rank(rank), 9.5);
  EXPECT_DOUBLE_EQ(expected_hit(rank, 10), 0.5);
  EXPECT_DOUBLE_EQ(expected_ndcg(rank, 10), (std::log(2.0) / std::log(10.0) + std::log(2.0) / std::log(11.0)) / 4.0);
}

TEST(Metrics, AreTheMeanOverAllPlacesAtAnyK) {
  for (std::uint64_t better = 0; better < 7; ++better) {
    for (std::uint64_t tied = 0; tied < 7; ++tied) {
      for (std::uint64_t k = 1; k < 16; ++k) {
        double hits = 0.0;
        double gains = 0.0;
        for (auto place = better; place <= better + tied; ++place) {
          hits += expected_hit({place, 0}, k);
          gains += expected_ndcg({place, 0}, k);
        }
        const auto places = static_cast<double>(tied + 1);
        EXPECT_DOUBLE_EQ(expected_hit({better, tied}, k), hits / places);
        EXPECT_DOUBLE_EQ(expected_ndcg({better, tied}, k), gains / places);
      }
    }
  }
}

TEST(Metrics, NeverRewardMoreThanAHitAndGrowWithK) {
  for (std::uint64_t k = 1; k < 30; ++k) {
    const TiedRank rank{3, 11};
    EXPECT_LE(expected_ndcg(rank, k), expected_hit(rank, k));
    EXPECT_LE(expected_ndcg(rank, k), expected_ndcg(rank, k + 1));
    EXPECT_LE(expected_hit(rank, k), expected_hit(rank, k + 1));
  }
}

TEST(Metrics, ReciprocalRankIsTheMeanOverEquallyLikelyPlaces) {
  EXPECT_EQ(expected_reciprocal_rank({0, 0}, 10), 1.0);
  EXPECT_DOUBLE_EQ(expected_reciprocal_rank({4, 0}, 10), 0.2);
  EXPECT_EQ(expected_reciprocal_rank({10, 0}, 10), 0.0);
  EXPECT_DOUBLE_EQ(expected_reciprocal_rank({1, 2}, 3), (1.0 / 2.0 + 1.0 / 3.0) / 3.0);  // place 3 does not count
}

TEST(Metrics, RecallOfOneRelevantItemIsTheHitRate) {
  for (const auto& metric : rank_metrics()) {
    if (std::string(metric.name) == "recall") {
      EXPECT_EQ(metric.of({8, 3}, 10), expected_hit({8, 3}, 10));
    }
  }
}

}  // namespace ampcf::evaluation
