#include "ampcf/evaluation/taste/distance.hpp"
#include "ampcf/evaluation/taste/space.hpp"

#include "ampcf/random/philox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace ampcf::evaluation {

namespace {

using Shares = std::vector<double>;

Shares random_shares(std::size_t size, std::uint64_t seed) {
  random::Draws draws(seed, random::Stream::generation, 1);
  Shares shares(size);
  std::generate(shares.begin(), shares.end(), [&] { return draws.next_unit() + 1e-3; });
  const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
  std::transform(shares.begin(), shares.end(), shares.begin(), [&](double share) { return share / total; });
  return shares;
}

}  // namespace

TEST(JensenShannon, AgreesWithCasesWorkedByHand) {
  const Shares left{1.0, 0.0};
  const Shares right{0.0, 1.0};
  const Shares even{0.5, 0.5};
  EXPECT_DOUBLE_EQ(jensen_shannon(left, right), std::sqrt(std::log(2.0)));
  // m = (3/4, 1/4): KL(left || m) = ln(4/3), KL(even || m) = ln(2/3)/2 + ln(2)/2.
  const double kl_left = std::log(4.0 / 3.0);
  const double kl_even = 0.5 * std::log(2.0 / 3.0) + 0.5 * std::log(2.0);
  EXPECT_DOUBLE_EQ(jensen_shannon(left, even), std::sqrt((kl_left + kl_even) / 2.0));
}

TEST(Hellinger, AgreesWithCasesWorkedByHand) {
  const Shares left{1.0, 0.0};
  EXPECT_DOUBLE_EQ(hellinger(left, Shares{0.0, 1.0}), 1.0);
  EXPECT_DOUBLE_EQ(hellinger(left, Shares{0.5, 0.5}), std::sqrt(1.0 - std::sqrt(0.5)));
  EXPECT_DOUBLE_EQ(hellinger(Shares{0.36, 0.64}, Shares{0.64, 0.36}), 0.2);
}

TEST(Divergences, AreSymmetricBoundedAndZeroOnlyForEqualOnes) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto p = random_shares(50, 2 * seed);
    const auto q = random_shares(50, 2 * seed + 1);
    EXPECT_EQ(jensen_shannon(p, p), 0.0);
    EXPECT_EQ(hellinger(p, p), 0.0);
    EXPECT_DOUBLE_EQ(jensen_shannon(p, q), jensen_shannon(q, p));
    EXPECT_DOUBLE_EQ(hellinger(p, q), hellinger(q, p));
    EXPECT_GT(jensen_shannon(p, q), 0.0);
    EXPECT_LE(jensen_shannon(p, q), std::sqrt(std::log(2.0)));
    // Topsoe, Some inequalities for information divergence and related measures of discrimination, 2000.
    EXPECT_GE(jensen_shannon(p, q), hellinger(p, q) / std::sqrt(2.0));
    EXPECT_LE(jensen_shannon(p, q), hellinger(p, q) * std::sqrt(2.0 * std::log(2.0)));
  }
}

TEST(TasteDistribution, IsTheSoftmaxOfMeanDistances) {
  Points distances(3, 2);
  distances << 0.0F, 1.0F, 1.0F, 0.5F, 2.0F, 0.0F;
  const auto shares = taste_distribution(distances, {2, 0});
  // Means (1, 0.5): e / (e + sqrt e).
  EXPECT_DOUBLE_EQ(shares[0], std::exp(1.0) / (std::exp(1.0) + std::exp(0.5)));
  EXPECT_DOUBLE_EQ(shares[0] + shares[1], 1.0);
}

TEST(TasteDistribution, DoesNotDependOnTheOrderOfTheList) {
  random::Draws draws(5, random::Stream::generation, 2);
  const Points distances = Points::NullaryExpr(40, 50, [&] { return static_cast<float>(2.0 * draws.next_unit()); });
  std::vector<ItemIndex> items(30);
  std::iota(items.begin(), items.end(), 5U);
  const auto rising = taste_distribution(distances, items);
  std::reverse(items.begin(), items.end());
  const auto falling = taste_distribution(distances, items);
  EXPECT_EQ(falling, rising);
  EXPECT_EQ(jensen_shannon(falling, rising), 0.0);  // recommending the history itself
  EXPECT_EQ(hellinger(falling, rising), 0.0);
}

TEST(CosineDistances, AgreeWithCasesWorkedByHand) {
  TasteSpace space;
  space.items.resize(4, 2);
  space.items << 2.0F, 0.0F, 0.0F, 3.0F, -1.0F, 0.0F, 1.0F, 1.0F;
  space.centroids.resize(2, 2);
  space.centroids << 5.0F, 0.0F, 0.0F, 0.0F;
  const auto distances = cosine_distances(space);
  EXPECT_FLOAT_EQ(distances(0, 0), 0.0F);
  EXPECT_FLOAT_EQ(distances(1, 0), 1.0F);
  EXPECT_FLOAT_EQ(distances(2, 0), 2.0F);
  EXPECT_FLOAT_EQ(distances(3, 0), static_cast<float>(1.0 - std::sqrt(0.5)));
  EXPECT_EQ(distances.col(1), Eigen::VectorXf::Ones(4));  // a zero vector is at distance 1 from everything
}

}  // namespace ampcf::evaluation
