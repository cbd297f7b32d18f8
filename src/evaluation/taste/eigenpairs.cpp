#include "evaluation/taste/eigenpairs.hpp"

#include "ampcf/random/philox.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/QR>

#include <algorithm>

namespace ampcf::evaluation {

namespace {

using Eigen::Index;
using Matrix = Eigen::MatrixXd;

constexpr Index kBlock = 16;           // two cache lines of doubles for each entry that the operator touches
constexpr Index kReserve = 40;         // pairs kept through a restart beyond those asked for
constexpr Index kLeastRoom = 80;       // columns to fill between restarts, or as many as pairs are asked for
constexpr Index kRowsAtOnce = 4096;    // of the basis while it is rotated in place
constexpr int kMostRestarts = 300;     // 5 to 10 are usual
constexpr double kTolerance = 1e-11;   // of residuals, relative to the greatest eigenvalue
constexpr double kNegligible = 1e-13;  // a new direction shorter than this, likewise relative, is rounding
constexpr double kGrowth = 1e-9;       // relative change of the eigenvalues' sum that counts as news

// Orthonormal columns that span those of `block`, without directions shorter than `least`.
Matrix orthonormal(const Matrix& block, double least) {
  const Eigen::ColPivHouseholderQR<Matrix> qr(block);
  Index rank = 0;
  while (rank < std::min(block.rows(), block.cols()) && std::abs(qr.matrixQR()(rank, rank)) > least) {
    ++rank;
  }
  return qr.householderQ() * Matrix::Identity(block.rows(), rank);
}

class BlockKrylov {
 public:
  BlockKrylov(const SymmetricOperator& matrix, Index count, std::uint64_t seed)
      : matrix_(matrix),
        count_(count),
        seed_(seed),
        capacity_(std::min(matrix.size, count + kReserve + std::max(count, kLeastRoom))),
        basis_(matrix.size, capacity_),
        projected_(Matrix::Zero(capacity_, capacity_)) {}

  Eigenpairs solve() {
    double confirmed = -1.0;
    Matrix next = random_block();
    for (int restart = 0; restart < kMostRestarts && next.cols() > 0; ++restart) {
      next = expand(std::move(next));
      rotate_to_eigenvectors();
      if (residual_ > kTolerance) {
        truncate(std::min(size_, count_ + kReserve));
        continue;
      }
      truncate(std::min(size_, count_));
      const double total = values_.sum();
      if (size_ == count_ && total <= confirmed * (1.0 + kGrowth)) {
        break;
      }
      confirmed = total;
      next = random_block();
    }
    return {values_, basis_.leftCols(size_), residual_};
  }

 private:
  // Block number n of normal numbers, made orthonormal and orthogonal to the basis; empty when that spans everything.
  Matrix random_block() {
    Matrix block(matrix_.size, std::min(kBlock, matrix_.size));
    for (Index row = 0; row < block.rows(); ++row) {
      random::Draws draws(seed_, random::Stream::taste_projection, static_cast<std::uint64_t>(row), blocks_drawn_);
      for (Index column = 0; column < block.cols(); ++column) {
        block(row, column) = random::normal_pair(draws)[0];
      }
    }
    ++blocks_drawn_;
    return orthogonal_to_basis(block, 1e-8 * std::sqrt(static_cast<double>(matrix_.size)));
  }

  // Twice: the first pass leaves rounding errors that are large against what is left of a short column.
  Matrix orthogonal_to_basis(Matrix block, double least) const {
    const auto basis = basis_.leftCols(size_);
    for (int pass = 0; pass < 2 && block.cols() > 0; ++pass) {
      const Matrix along = basis.transpose() * block;
      block.noalias() -= basis * along;
      block = orthonormal(block, least);
      least = 0.5;  // of unit vectors
    }
    return block;
  }

  // Appends blocks, each the operator's image of the last one less what the basis has, until the basis is full or
  // invariant. Returns the next block.
  Matrix expand(Matrix next) {
    while (next.cols() > 0 && size_ + next.cols() <= capacity_) {
      const auto columns = next.cols();
      Matrix image = matrix_.apply(Block(next));
      basis_.middleCols(size_, columns) = next;
      size_ += columns;
      const auto basis = basis_.leftCols(size_);
      const Matrix along = basis.transpose() * image;
      projected_.block(0, size_ - columns, size_, columns) = along;
      projected_.block(size_ - columns, 0, columns, size_) = along.transpose();
      image.noalias() -= basis * along;
      greatest_ = std::max(greatest_, projected_.diagonal().head(size_).maxCoeff());
      last_image_ = image;
      next = orthogonal_to_basis(std::move(image), kNegligible * greatest_);
    }
    return next;
  }

  // Rayleigh and Ritz: eigenpairs of the projected matrix. What the basis lacks is the last image alone, so it gives
  // the residuals.
  void rotate_to_eigenvectors() {
    const Eigen::SelfAdjointEigenSolver<Matrix> solver(projected_.topLeftCorner(size_, size_));
    const Matrix rotation = solver.eigenvectors().rowwise().reverse();
    values_ = solver.eigenvalues().reverse();
    greatest_ = std::max(values_[0], 0.0);
    const auto wanted = std::min(size_, count_);
    const Matrix outside = last_image_ * rotation.bottomLeftCorner(last_image_.cols(), wanted);
    const double longest = outside.colwise().norm().maxCoeff();
    residual_ = greatest_ > 0.0 ? longest / greatest_ : 0.0;
    for (Index first = 0; first < basis_.rows(); first += kRowsAtOnce) {
      auto rows = basis_.block(first, 0, std::min(kRowsAtOnce, basis_.rows() - first), size_);
      rows = (rows * rotation).eval();
    }
  }

  void truncate(Index size) {
    size_ = size;
    values_.conservativeResize(size);
    projected_.setZero();
    projected_.diagonal().head(size) = values_;
  }

  const SymmetricOperator& matrix_;
  Index count_;
  std::uint64_t seed_;
  Index capacity_;
  Index size_ = 0;
  Matrix basis_;      // (size of the operator, capacity), the first size_ columns in use, orthonormal
  Matrix projected_;  // (capacity, capacity): basis^T A basis
  Matrix last_image_;
  Eigen::VectorXd values_;
  double greatest_ = 0.0;
  double residual_ = 0.0;
  std::uint32_t blocks_drawn_ = 0;
};

}  // namespace

Eigenpairs leading_eigenpairs(const SymmetricOperator& matrix, Index count, std::uint64_t seed) {
  return BlockKrylov(matrix, count, seed).solve();
}

}  // namespace ampcf::evaluation
