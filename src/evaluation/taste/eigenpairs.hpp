#pragma once

#include <Eigen/Core>

#include <cstdint>
#include <functional>

namespace ampcf::evaluation {

/// Vectors side by side, one row for each of their entries: an operator passes a row at once.
using Block = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// A symmetric matrix of `size` rows with no negative eigenvalue, known only by what it does to a block (size, q).
struct SymmetricOperator {
  Eigen::Index size;
  std::function<Block(const Block&)> apply;
};

/// Eigenpairs by falling value.
struct Eigenpairs {
  Eigen::VectorXd values;   // (count)
  Eigen::MatrixXd vectors;  // (size, count), orthonormal
  double residual;          // greatest |A v - value v| over the greatest value
};

/// The `count` leading eigenpairs, 1 <= count <= size, by a block Krylov method with thick restarts. Stops at a
/// residual of 1e-11, or after 300 restarts with what it has reached. Deterministic.
///
/// Why not Lanczos with one vector (as in the library Spectra): exactly repeated eigenvalues and low ranks, which small
/// and planted data have, end its recursion early, and it then returns wrong pairs without saying so. Here a result
/// counts only when a fresh random block, run through the operator up to the next restart, adds nothing to it.
/// Sources: Golub and Underwood, The Block Lanczos Method, 1977; Wu and Simon, Thick-Restart Lanczos, SIAM J. Matrix
/// Anal. Appl. 22(2), 2000.
[[nodiscard]] Eigenpairs leading_eigenpairs(const SymmetricOperator& matrix, Eigen::Index count, std::uint64_t seed);

}  // namespace ampcf::evaluation
