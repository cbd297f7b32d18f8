#include "ampcf/model/persona_shares.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace ampcf::model::testing {

namespace {

// The user 0 with two examples, the user 2 with one.
MiniBatch batch_of_two_users() {
  MiniBatch batch;
  batch.users = {0, 2};
  batch.slot = {0, 0, 1};
  return batch;
}

double total_of(const PersonaShares& shares, std::size_t user) {
  const auto row = shares.rows.begin() + static_cast<std::ptrdiff_t>(user * shares.personas);
  return std::accumulate(row, row + static_cast<std::ptrdiff_t>(shares.personas), 0.0);
}

}  // namespace

TEST(PersonaShares, BeginUniformAndStayADistribution) {
  PersonaShares shares(4, 3);
  for (const float share : shares.rows) {
    EXPECT_EQ(share, 0.25F);
  }
  const std::vector<float> sums{1.5F, 0.5F, 0.0F, 0.0F, 0.0F, 0.1F, 0.2F, 0.7F};
  for (int step = 0; step < 100; ++step) {
    shares.take_in(batch_of_two_users(), sums);
  }
  for (std::size_t user = 0; user < 3; ++user) {
    EXPECT_NEAR(total_of(shares, user), 1.0, 1e-5);
  }
  EXPECT_NEAR(shares.rows[0], 0.75, 1e-3);  // the mean of what it has seen
  EXPECT_NEAR(shares.rows[11], 0.7, 5e-3);
  EXPECT_EQ(shares.rows[4], 0.25F);  // user 1 was in no batch
}

TEST(PersonaShares, WeighAPositiveAsATwentieth) {
  PersonaShares shares(2, 3);
  shares.take_in(batch_of_two_users(), std::vector<float>{2.0F, 0.0F, 0.0F, 1.0F});
  EXPECT_NEAR(shares.rows[0], 0.5 + 0.1 * 0.5, 1e-7);
  EXPECT_NEAR(shares.rows[5], 0.5 + 0.05 * 0.5, 1e-7);
}

TEST(PersonaShares, AreReplacedByALongBatch) {
  MiniBatch batch;
  batch.users = {0};
  batch.slot.assign(40, 0);
  PersonaShares shares(2, 1);
  shares.take_in(batch, std::vector<float>{30.0F, 10.0F});
  EXPECT_FLOAT_EQ(shares.rows[0], 0.75F);
  EXPECT_FLOAT_EQ(shares.rows[1], 0.25F);
}

}  // namespace ampcf::model::testing
