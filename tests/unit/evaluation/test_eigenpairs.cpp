#include "evaluation/taste/eigenpairs.hpp"

#include "ampcf/random/philox.hpp"

#include <gtest/gtest.h>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>

namespace ampcf::evaluation {

namespace {

using Eigen::Index;
using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

SymmetricOperator operator_of(const Matrix& matrix) {
  return {matrix.rows(), [&matrix](const Block& x) { return Block(matrix * x); }};
}

// A matrix with these eigenvalues and random eigenvectors.
Matrix matrix_with(const Vector& eigenvalues) {
  const Index size = eigenvalues.size();
  random::Draws draws(9, random::Stream::generation, 0);
  const Matrix noise = Matrix::NullaryExpr(size, size, [&] { return draws.next_unit() - 0.5; });
  const Matrix q = Eigen::HouseholderQR<Matrix>(noise).householderQ();
  return q * eigenvalues.asDiagonal() * q.transpose();
}

void expect_leading(const Vector& falling_eigenvalues, Index count) {
  const Matrix matrix = matrix_with(falling_eigenvalues);
  const auto pairs = leading_eigenpairs(operator_of(matrix), count, 1);
  const double scale = std::max(falling_eigenvalues[0], 1e-300);
  ASSERT_EQ(pairs.values.size(), count);
  EXPECT_LT((pairs.values - falling_eigenvalues.head(count)).cwiseAbs().maxCoeff(), 1e-11 * scale);
  EXPECT_LT((matrix * pairs.vectors - pairs.vectors * pairs.values.asDiagonal()).colwise().norm().maxCoeff(),
            1e-10 * scale);
  EXPECT_LT((pairs.vectors.transpose() * pairs.vectors - Matrix::Identity(count, count)).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_LE(pairs.residual, 1e-11);
}

Vector falling(Index size, const std::function<double(Index)>& value) {
  return Vector::NullaryExpr(size, [&](Index i) { return value(i); });
}

}  // namespace

TEST(Eigenpairs, OfASlowlyFallingSpectrum) {
  expect_leading(falling(400, [](Index i) { return 1000.0 / (1.0 + static_cast<double>(i)); }), 50);
  expect_leading(falling(300, [](Index i) { return 300.0 - static_cast<double>(i); }), 10);
}

TEST(Eigenpairs, OfExactlyRepeatedEigenvalues) {
  expect_leading(Vector::Ones(500), 60);
  expect_leading(falling(500, [](Index i) { return i < 150 ? 48.0 : 0.0; }), 100);
  expect_leading(falling(500, [](Index i) { return i < 60 ? 48.0 : 1.0 / (1.0 + static_cast<double>(i)); }), 100);
}

TEST(Eigenpairs, OfALowRank) {
  expect_leading(falling(500, [](Index i) { return i < 30 ? 100.0 - static_cast<double>(i) : 0.0; }), 100);
  expect_leading(Vector::Zero(400), 40);
}

TEST(Eigenpairs, OfSmallMatricesAreAllOfThem) {
  for (const Index size : {1, 2, 15, 16, 17, 101, 105}) {
    expect_leading(falling(size, [&](Index i) { return static_cast<double>(size - i); }), std::min<Index>(size, 100));
  }
}

TEST(Eigenpairs, AreTheSameBitsAtEveryCall) {
  const Matrix matrix = matrix_with(falling(300, [](Index i) { return 1.0 / (1.0 + static_cast<double>(i)); }));
  const auto one = leading_eigenpairs(operator_of(matrix), 20, 1);
  const auto two = leading_eigenpairs(operator_of(matrix), 20, 1);
  EXPECT_EQ(one.vectors, two.vectors);
}

}  // namespace ampcf::evaluation
