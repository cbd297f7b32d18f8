#include "ampcf/evaluation/taste/principal_components.hpp"

#include "evaluation/taste/eigenpairs.hpp"

#include <algorithm>
#include <cmath>

namespace ampcf::evaluation {

namespace {

using Eigen::Index;

constexpr double kNoVariance = 1e-12;  // relative to the greatest variance: less is rounding
constexpr Index kBlock = 16;

// X (items, users), the transpose of R less the mean item in every row, as an operator. Subtracting the mean item means
// projecting away the constant vector of item space, P = I - 1 1^T / n: X = P R^T.
class CentredItems {
 public:
  CentredItems(const dataset::Interactions& all, std::uint64_t item_count)
      : all_(all), users_(static_cast<Index>(all.users.count())), items_(static_cast<Index>(item_count)) {}

  // The smaller of X X^T (items, items) and X^T X (users, users); both have the same positive eigenvalues.
  [[nodiscard]] SymmetricOperator gram() const {
    if (items_ <= users_) {
      return {items_, [this](const Block& x) { return to_items(to_users(centred(x))); }};
    }
    return {users_, [this](const Block& x) { return to_users(to_items(x)); }};
  }

  // Coordinates (items, q) along eigenvectors (size of gram(), q) with these eigenvalues. For X X^T they are
  // sqrt(value) vector = X X^T vector / sqrt(value), and the latter form treats items with the same users alike.
  [[nodiscard]] Block coordinates(const Block& vectors, const Eigen::VectorXd& values) const {
    if (items_ > users_) {
      return to_items(vectors);
    }
    return to_items(to_users(centred(vectors))) * values.cwiseSqrt().cwiseInverse().asDiagonal();
  }

  // sum over items of |x|^2: a user with c of n items contributes c (1 - c / n).
  [[nodiscard]] double variance() const {
    double total = 0.0;
    for (Index user = 0; user < users_; ++user) {
      const auto count = static_cast<double>(all_.of(static_cast<std::uint64_t>(user)).size());
      total += count * (1.0 - count / static_cast<double>(items_));
    }
    return total;
  }

 private:
  static Block centred(Block x) {
    const Eigen::RowVectorXd mean = x.colwise().mean();
    x.rowwise() -= mean;
    return x;
  }

  // R x: (users, q) from (items, q).
  [[nodiscard]] Block to_users(const Block& x) const {
    Block y = Block::Zero(users_, x.cols());
    for (Index user = 0; user < users_; ++user) {
      for (const auto item : all_.of(static_cast<std::uint64_t>(user))) {
        y.row(user) += x.row(item);
      }
    }
    return y;
  }

  // P R^T x: (items, q) from (users, q).
  [[nodiscard]] Block to_items(const Block& x) const {
    Block y = Block::Zero(items_, x.cols());
    for (Index user = 0; user < users_; ++user) {
      for (const auto item : all_.of(static_cast<std::uint64_t>(user))) {
        y.row(item) += x.row(user);
      }
    }
    return centred(std::move(y));
  }

  const dataset::Interactions& all_;
  Index users_;
  Index items_;
};

// The sign of an eigenvector is arbitrary: the coordinate of greatest size becomes positive.
void fix_sign(Eigen::Ref<Eigen::VectorXd, 0, Eigen::InnerStride<>> column) {
  Index largest = 0;
  column.cwiseAbs().maxCoeff(&largest);
  if (column[largest] < 0.0) {
    column = -column;
  }
}

}  // namespace

PrincipalComponents principal_components(const dataset::Interactions& all, std::uint64_t item_count,
                                         std::uint64_t dimensions, std::uint64_t seed) {
  const CentredItems centred(all, item_count);
  const double variance = centred.variance();
  PrincipalComponents result;
  result.items = Points::Zero(static_cast<Index>(item_count), 1);
  if (variance <= 0.0) {
    return result;
  }
  const auto gram = centred.gram();
  const auto pairs = leading_eigenpairs(gram, std::min(static_cast<Index>(dimensions), gram.size), seed);
  const auto kept = (pairs.values.array() > kNoVariance * pairs.values[0]).count();
  result.items.resize(static_cast<Index>(item_count), kept);
  for (Index first = 0; first < kept; first += kBlock) {
    const auto columns = std::min(kBlock, kept - first);
    Block block = centred.coordinates(pairs.vectors.middleCols(first, columns), pairs.values.segment(first, columns));
    for (Index column = 0; column < columns; ++column) {
      fix_sign(block.col(column));
    }
    result.items.middleCols(first, columns) = block.cast<float>();
  }
  result.explained_variance = std::min(1.0, pairs.values.head(kept).sum() / variance);
  result.residual = pairs.residual;
  return result;
}

}  // namespace ampcf::evaluation
