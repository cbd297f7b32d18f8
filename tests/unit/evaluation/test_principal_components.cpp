#include "ampcf/evaluation/taste/principal_components.hpp"

#include "ampcf/random/philox.hpp"

#include <gtest/gtest.h>
#include <Eigen/SVD>

namespace ampcf::evaluation {

namespace {

using Eigen::Index;
using Matrix = Eigen::MatrixXd;

// Users with popular items and a half of the catalogue that they prefer.
dataset::Interactions random_interactions(std::uint64_t users, ItemIndex items) {
  dataset::Interactions all;
  all.users = {0, users};
  all.indptr = {0};
  for (std::uint64_t user = 0; user < users; ++user) {
    random::Draws draws(4, random::Stream::generation, user);
    for (ItemIndex item = 0; item < items; ++item) {
      const double liking = (item % 2 == user % 2 ? 0.3 : 0.1) + 0.3 / (1.0 + item);
      if (draws.next_unit() < liking) {
        all.item.push_back(item);
      }
    }
    all.indptr.push_back(all.item.size());
  }
  return all;
}

// Items in rows, the mean item subtracted.
Matrix centred_dense(const dataset::Interactions& all, std::uint64_t items) {
  Matrix dense = Matrix::Zero(static_cast<Index>(items), static_cast<Index>(all.users.count()));
  for (std::uint64_t user = 0; user < all.users.count(); ++user) {
    for (const auto item : all.of(user)) {
      dense(item, static_cast<Index>(user)) = 1.0;
    }
  }
  return dense.rowwise() - dense.colwise().mean();
}

void expect_equal_to_dense_svd(std::uint64_t users, ItemIndex items, Index dimensions) {
  const auto all = random_interactions(users, items);
  const Eigen::JacobiSVD<Matrix> svd(centred_dense(all, items), Eigen::ComputeThinU);
  const auto found = principal_components(all, items, static_cast<std::uint64_t>(dimensions), 1);
  ASSERT_EQ(found.items.rows(), static_cast<Index>(items));
  ASSERT_EQ(found.items.cols(), dimensions);
  for (Index column = 0; column < dimensions; ++column) {
    Eigen::VectorXd expected = svd.matrixU().col(column) * svd.singularValues()[column];
    Index largest = 0;
    expected.cwiseAbs().maxCoeff(&largest);
    expected *= expected[largest] < 0.0 ? -1.0 : 1.0;
    EXPECT_LT((found.items.col(column).cast<double>() - expected).norm(), 1e-6 * expected.norm()) << column;
  }
  const auto squares = svd.singularValues().array().square();
  EXPECT_NEAR(found.explained_variance, squares.head(dimensions).sum() / squares.sum(), 1e-12);
  EXPECT_LE(found.residual, 1e-11);
}

}  // namespace

TEST(PrincipalComponents, EqualThoseOfADenseSvdWithMoreUsersThanItems) { expect_equal_to_dense_svd(400, 250, 20); }

TEST(PrincipalComponents, EqualThoseOfADenseSvdWithMoreItemsThanUsers) { expect_equal_to_dense_svd(250, 400, 20); }

TEST(PrincipalComponents, AreAsManyAsTheDataHave) {
  // 20 centred items span 19 dimensions.
  EXPECT_EQ(principal_components(random_interactions(50, 20), 20, 100, 1).items.cols(), 19);
  EXPECT_EQ(principal_components(random_interactions(5, 50), 50, 100, 1).items.cols(), 5);
  EXPECT_NEAR(principal_components(random_interactions(5, 50), 50, 100, 1).explained_variance, 1.0, 1e-12);
}

TEST(PrincipalComponents, KeepAllDistancesWhereNothingIsDropped) {
  const auto all = random_interactions(40, 30);
  const auto dense = centred_dense(all, 30);
  const auto points = principal_components(all, 30, 100, 1).items;
  for (Index i = 0; i < 30; ++i) {
    for (Index j = 0; j < 30; ++j) {
      EXPECT_NEAR((points.row(i) - points.row(j)).norm(), (dense.row(i) - dense.row(j)).norm(), 1e-5);
    }
  }
}

TEST(PrincipalComponents, OfItemsWithTheSameUsersAreTheSameBits) {
  for (const std::uint64_t users : {20U, 200U}) {
    dataset::Interactions all = random_interactions(users, 50);
    dataset::Interactions doubled{all.users, 0, {0}, {}};
    for (std::uint64_t user = 0; user < users; ++user) {
      for (const auto item : all.of(user)) {
        doubled.item.insert(doubled.item.end(), {2 * item, 2 * item + 1});
      }
      doubled.indptr.push_back(doubled.item.size());
    }
    const auto points = principal_components(doubled, 100, 30, 1).items;
    for (Index item = 0; item < 50; ++item) {
      EXPECT_EQ(points.row(2 * item), points.row(2 * item + 1));
    }
  }
}

TEST(PrincipalComponents, WithoutAnyVarianceAreOneZero) {
  dataset::Interactions nothing{{0, 3}, 0, {0, 0, 0, 0}, {}};
  EXPECT_EQ(principal_components(nothing, 4, 100, 1).items, Points::Zero(4, 1));
  dataset::Interactions everything{{0, 2}, 0, {0, 3, 6}, {0, 1, 2, 0, 1, 2}};
  EXPECT_EQ(principal_components(everything, 3, 100, 1).items, Points::Zero(3, 1));
}

}  // namespace ampcf::evaluation
