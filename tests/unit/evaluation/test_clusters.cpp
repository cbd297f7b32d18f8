#include "ampcf/evaluation/taste/clusters.hpp"

#include "ampcf/random/philox.hpp"

#include <gtest/gtest.h>

#include <set>

namespace ampcf::evaluation {

namespace {

using Eigen::Index;

// `blobs` blobs of `size` points each, a hundred times farther apart than they are wide; point i is of blob i % blobs.
Points separated_blobs(Index blobs, Index size) {
  random::Draws draws(6, random::Stream::generation, 0);
  return Points::NullaryExpr(blobs * size, 3, [&](Index row, Index column) {
    const auto blob = row % blobs;
    const double centre = 100.0 * static_cast<double>(column == 0 ? blob : (blob * (column + 1)) % 5);
    return static_cast<float>(centre + draws.next_unit());
  });
}

Index nearest(const Points& centroids, const Points& points, Index point) {
  Index best = 0;
  (centroids.rowwise() - points.row(point)).rowwise().squaredNorm().minCoeff(&best);
  return best;
}

}  // namespace

TEST(Clusters, FindSeparatedBlobs) {
  const auto points = separated_blobs(12, 30);
  const auto found = cluster(points, 12, 10, 1);
  ASSERT_EQ(found.centroids.rows(), 12);
  EXPECT_TRUE(found.has_converged);
  std::set<Index> used;
  for (Index blob = 0; blob < 12; ++blob) {
    used.insert(nearest(found.centroids, points, blob));
    for (Index point = blob; point < points.rows(); point += 12) {
      EXPECT_EQ(nearest(found.centroids, points, point), nearest(found.centroids, points, blob));
    }
  }
  EXPECT_EQ(used.size(), 12U);
}

TEST(Clusters, AreMeansOfTheirPointsAndReportTheirInertia) {
  const auto points = separated_blobs(7, 20);
  const auto found = cluster(points, 10, 3, 2);
  Points sums = Points::Zero(10, 3);
  Eigen::VectorXf sizes = Eigen::VectorXf::Zero(10);
  double inertia = 0.0;
  for (Index point = 0; point < points.rows(); ++point) {
    const auto label = nearest(found.centroids, points, point);
    sums.row(label) += points.row(point);
    sizes[label] += 1.0F;
    inertia += (points.row(point) - found.centroids.row(label)).squaredNorm();
  }
  EXPECT_GT(sizes.minCoeff(), 0.0F);
  EXPECT_LT((sizes.cwiseInverse().asDiagonal() * sums - found.centroids).cwiseAbs().maxCoeff(), 1e-3F);
  EXPECT_NEAR(found.inertia, inertia, 1e-3 * inertia);
}

TEST(Clusters, OfMoreRestartsNeverFitWorse) {
  const auto points = separated_blobs(20, 10);
  EXPECT_LE(cluster(points, 20, 10, 1).inertia, cluster(points, 20, 1, 1).inertia);
}

TEST(Clusters, AreAsManyAsDistinctPointsAtMost) {
  Points points(9, 2);
  points << 1, 2, 1, 2, 3, 4, 3, 4, 3, 4, 5, 6, 1, 2, 5, 6, 1, 2;
  const auto found = cluster(points, 50, 10, 1);
  EXPECT_EQ(found.centroids.rows(), 3);
  EXPECT_EQ(found.inertia, 0.0);
  EXPECT_EQ(cluster(Points::Zero(4, 2), 50, 10, 1).centroids, Points::Zero(1, 2));
}

TEST(Clusters, OfOneAreTheMean) {
  const auto points = separated_blobs(3, 5);
  EXPECT_LT((cluster(points, 1, 2, 1).centroids.row(0) - points.colwise().mean()).norm(), 1e-3F);
}

TEST(Clusters, AreTheSameBitsAtEveryCall) {
  const auto points = separated_blobs(9, 30);
  EXPECT_EQ(cluster(points, 15, 5, 3).centroids, cluster(points, 15, 5, 3).centroids);
}

}  // namespace ampcf::evaluation
