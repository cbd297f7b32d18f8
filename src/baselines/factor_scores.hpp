#pragma once

#include "ampcf/evaluation/score_source.hpp"
#include "ampcf/kernels/product.hpp"

#include <Eigen/Core>

#include <utility>

namespace ampcf::baselines {

/// Vectors of users or items in rows.
using Factors = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Scores that are dot products of a user's and an item's vector.
class FactorScores : public evaluation::ScoreSource {
 public:
  /// `users` (own users.count(), d), `items` (n_items, d).
  FactorScores(UserRange own, Factors users, const Factors& items)
      : ScoreSource(static_cast<std::uint64_t>(items.rows())),
        own_(own),
        users_(std::move(users)),
        items_(Factors::Zero(items.cols(), static_cast<Eigen::Index>(stride()))) {
    items_.leftCols(items.rows()) = items.transpose();
  }

  void score(UserRange users, std::span<float> scores) override {
    const auto dim = static_cast<std::size_t>(users_.cols());
    kernels::product(users_.data() + (users.first - own_.first) * dim, dim, items_.data(), stride(), scores.data(),
                     stride(), users.count(), dim, stride());
  }

 private:
  UserRange own_;
  Factors users_;
  Factors items_;  // (d, stride)
};

}  // namespace ampcf::baselines
