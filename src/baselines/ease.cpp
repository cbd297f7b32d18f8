#include "baselines/ease.hpp"

#include "ampcf/core/error.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <algorithm>

namespace ampcf::baselines {

namespace {

using Eigen::Index;
using Weights = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::uint64_t kMostItems = 40000;  // 26 GB on rank 0
constexpr Index kSmallTriangle = 64;

// R^T R + penalty I, the lower triangle.
Eigen::MatrixXd gram_of(const dataset::Interactions& all, Index items, double penalty) {
  Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(items, items);
  for (std::uint64_t user = 0; user < all.users.count(); ++user) {
    const auto history = all.of(user);
    for (std::size_t column = 0; column < history.size(); ++column) {
      for (auto row = column; row < history.size(); ++row) {
        gram(history[row], history[column]) += 1.0;  // the lower triangle is enough
      }
    }
  }
  gram.diagonal().array() += penalty;
  return gram;
}

// Replaces a lower triangle by its inverse: [A 0; B C] by [A^-1 0; -C^-1 B A^-1 C^-1], the halves likewise.
void invert_triangle(Eigen::Ref<Eigen::MatrixXd> lower) {
  const auto size = lower.rows();
  if (size <= kSmallTriangle) {
    const Eigen::MatrixXd own = lower.triangularView<Eigen::Lower>();
    const Eigen::MatrixXd inverse = own.triangularView<Eigen::Lower>().solve(Eigen::MatrixXd::Identity(size, size));
    lower.triangularView<Eigen::Lower>() = inverse;
    return;
  }
  const auto half = size / 2;
  invert_triangle(lower.topLeftCorner(half, half));
  invert_triangle(lower.bottomRightCorner(size - half, size - half));
  auto corner = lower.bottomLeftCorner(size - half, half);
  const Eigen::MatrixXd right = corner * lower.topLeftCorner(half, half).triangularView<Eigen::Lower>();
  corner.noalias() = -(lower.bottomRightCorner(size - half, size - half).triangularView<Eigen::Lower>() * right);
}

Weights solve(const dataset::Interactions& all, Index items, double penalty) {
  Eigen::MatrixXd gram = gram_of(all, items, penalty);
  const Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>> factors(gram);  // in place
  invert_triangle(gram);
  gram.triangularView<Eigen::StrictlyUpper>().setZero();
  Eigen::MatrixXd inverse = Eigen::MatrixXd::Zero(items, items);
  inverse.selfadjointView<Eigen::Lower>().rankUpdate(gram.transpose());  // G^-1 = L^-T L^-1
  inverse.triangularView<Eigen::StrictlyUpper>() = inverse.transpose();
  Weights weights(items, items);
  for (Index column = 0; column < items; ++column) {
    weights.col(column) = (inverse.col(column) / -inverse(column, column)).cast<float>();
  }
  weights.diagonal().setZero();
  return weights;
}

class Ease : public evaluation::ScoreSource {
 public:
  Ease(const evaluation::BaselineInput& input, Weights weights)
      : ScoreSource(input.data.item_count()), train_(input.consumed.train()), weights_(std::move(weights)) {}

  void score(UserRange users, std::span<float> scores) override {
    std::fill(scores.begin(), scores.end(), 0.0F);
    const auto items = static_cast<Index>(item_count());
    for (auto user = users.first; user < users.last; ++user) {
      Eigen::Map<Eigen::RowVectorXf> row(scores.data() + (user - users.first) * stride(), items);
      for (const auto consumed : train_.of(user - train_.users.first)) {
        row += weights_.row(consumed);
      }
    }
  }

 private:
  const dataset::Interactions& train_;
  Weights weights_;  // (n_items, n_items)
};

}  // namespace

std::unique_ptr<evaluation::ScoreSource> make_ease(const evaluation::BaselineInput& input, const EaseOptions& options) {
  const auto items = input.data.item_count();
  if (items > kMostItems) {
    throw UsageError("--baseline ease: inverts a matrix of {0} x {0} items, expected at most {1} of them", items,
                     kMostItems);
  }
  Weights weights;
  input.communicator.agree([&] {
    weights.resize(static_cast<Index>(items), static_cast<Index>(items));
    if (input.communicator.rank() == 0) {
      weights =
          solve(input.data.interactions({0, input.data.user_count()}), static_cast<Index>(items), options.penalty);
    }
  });
  input.communicator.broadcast(std::span(weights.data(), static_cast<std::size_t>(weights.size())), 0);
  return std::make_unique<Ease>(input, std::move(weights));
}

}  // namespace ampcf::baselines
