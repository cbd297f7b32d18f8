// Scores of the baselines against references that are written as their definitions.

#include "ampcf/core/error.hpp"
#include "ampcf/evaluation/taste/clusters.hpp"
#include "baseline_case.hpp"
#include "baselines/aisp.hpp"
#include "baselines/ease.hpp"
#include "baselines/implicit_als.hpp"
#include "baselines/item_knn.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <Eigen/Dense>

namespace ampcf::baselines {

namespace {

using Eigen::MatrixXd;

class Scores : public ::testing::Test {
 protected:
  // R, (users, items).
  [[nodiscard]] MatrixXd interactions() const {
    MatrixXd matrix = MatrixXd::Zero(kUsers, kItems);
    for (std::size_t user = 0; user < data_.users.size(); ++user) {
      for (const auto item : data_.users[user].train) {
        matrix(static_cast<Eigen::Index>(user), item) = 1.0;
      }
    }
    return matrix;
  }

  void expect_near(evaluation::ScoreSource& source, const MatrixXd& expected, double tolerance) {
    const auto found = case_->scores_of(source);
    for (Eigen::Index user = 0; user < kUsers; ++user) {
      for (Eigen::Index item = 0; item < kItems; ++item) {
        ASSERT_NEAR(found[static_cast<std::size_t>(user * kItems + item)], expected(user, item), tolerance)
            << "user " << user << " item " << item;
      }
    }
  }

  static constexpr Eigen::Index kUsers = 40;
  static constexpr Eigen::Index kItems = 50;
  testing::TemporaryDirectory directory_;
  testing::EvaluationData data_ = testing::random_data(kUsers, kItems);
  std::optional<testing::BaselineCase> case_;

  void SetUp() override {
    data_.write(directory_ / "data.h5");
    case_.emplace(directory_ / "data.h5", testing::world());
  }
};

// The loss that implicit ALS minimises, of vectors W and H.
double als_loss(const MatrixXd& r, const MatrixXd& w, const MatrixXd& h, const ImplicitAlsOptions& options) {
  const MatrixXd scores = w * h.transpose();
  const auto frequency = [&](double listed, double others) {
    return std::pow(listed + options.unobserved_weight * others, options.frequency_power);
  };
  double loss = options.unobserved_weight * scores.squaredNorm() + (r.array() * (scores.array() - 1.0).square()).sum();
  for (Eigen::Index user = 0; user < w.rows(); ++user) {
    loss += options.penalty * frequency(r.row(user).sum(), static_cast<double>(h.rows())) * w.row(user).squaredNorm();
  }
  for (Eigen::Index item = 0; item < h.rows(); ++item) {
    loss += options.penalty * frequency(r.col(item).sum(), static_cast<double>(w.rows())) * h.row(item).squaredNorm();
  }
  return loss;
}

}  // namespace

TEST_F(Scores, OfItemKnnFollowTheShrunkCosine) {
  const auto r = interactions();
  const MatrixXd common = r.transpose() * r;
  for (const std::uint64_t kept : {3U, 1000U}) {
    MatrixXd weights = MatrixXd::Zero(kItems, kItems);  // of neighbour j (row) in item i (column)
    for (Eigen::Index i = 0; i < kItems; ++i) {
      std::vector<std::pair<double, Eigen::Index>> order;
      for (Eigen::Index j = 0; j < kItems; ++j) {
        if (i != j && common(i, j) > 0.0) {
          order.emplace_back(-common(i, j) / (std::sqrt(common(i, i) * common(j, j)) + 2.0), j);
        }
      }
      std::sort(order.begin(), order.end());
      order.resize(std::min<std::size_t>(order.size(), kept));
      for (const auto& [similarity, j] : order) {
        weights(j, i) = -similarity;
      }
    }
    const auto source = make_item_knn(case_->input(), {kept, 2.0});
    expect_near(*source, r * weights, 1e-5);
  }
}

TEST_F(Scores, OfEaseSolveItsLeastSquaresProblem) {
  const auto r = interactions();
  const MatrixXd inverse = (r.transpose() * r + 4.0 * MatrixXd::Identity(kItems, kItems)).inverse();
  MatrixXd weights = -inverse * inverse.diagonal().cwiseInverse().asDiagonal();
  weights.diagonal().setZero();
  const auto source = make_ease(case_->input(), {4.0});
  expect_near(*source, r * weights, 1e-5);
}

TEST_F(Scores, OfEaseOnManyItemsSolveItToo) {
  data_ = testing::random_data(kUsers, 200);  // more than one block of the inversion
  data_.write(directory_ / "many.h5");
  testing::BaselineCase many(directory_ / "many.h5", testing::world());
  MatrixXd r = MatrixXd::Zero(kUsers, 200);
  for (std::size_t user = 0; user < data_.users.size(); ++user) {
    for (const auto item : data_.users[user].train) {
      r(static_cast<Eigen::Index>(user), item) = 1.0;
    }
  }
  const MatrixXd inverse = (r.transpose() * r + 2.0 * MatrixXd::Identity(200, 200)).inverse();
  MatrixXd weights = -inverse * inverse.diagonal().cwiseInverse().asDiagonal();
  weights.diagonal().setZero();
  const MatrixXd expected = r * weights;
  const auto source = make_ease(many.input(), {2.0});
  const auto found = many.scores_of(*source);
  for (Eigen::Index entry = 0; entry < expected.size(); ++entry) {
    ASSERT_NEAR(found[static_cast<std::size_t>(entry)], expected(entry / 200, entry % 200), 1e-5);
  }
}

TEST_F(Scores, OfImplicitAlsAreThoseOfPlainAlternation) {
  const auto r = interactions();
  ImplicitAlsOptions options;
  options.dim = 6;
  options.epochs = 40;
  options.penalty = 0.02;
  const auto source = make_implicit_als(case_->input(), options);
  // From another start, in doubles, to convergence. Vectors may differ by a rotation, scores may not by much.
  random::Draws draws(9, random::Stream::generation, 3);
  MatrixXd h = MatrixXd::NullaryExpr(kItems, 6, [&] { return 0.1 * (draws.next_unit() - 0.5); });
  MatrixXd w(kUsers, 6);
  const auto solve = [&](const MatrixXd& others, const MatrixXd& lists, MatrixXd& own) {
    for (Eigen::Index row = 0; row < own.rows(); ++row) {
      const double frequency = lists.row(row).sum() + options.unobserved_weight * static_cast<double>(others.rows());
      const MatrixXd normal = others.transpose() * lists.row(row).asDiagonal() * others +
                              options.unobserved_weight * others.transpose() * others +
                              options.penalty * frequency * MatrixXd::Identity(6, 6);
      own.row(row) = normal.ldlt().solve(others.transpose() * lists.row(row).transpose()).transpose();
    }
  };
  for (int epoch = 0; epoch < 400; ++epoch) {
    solve(h, r, w);
    solve(w, r.transpose(), h);
  }
  const MatrixXd expected = w * h.transpose();
  const auto found = case_->scores_of(*source);
  const Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> scores(found.data(),
                                                                                                       kUsers, kItems);
  EXPECT_LT((scores.cast<double>() - expected).norm() / expected.norm(), 0.05);
  EXPECT_LT(als_loss(r, w, h, options), r.sum());  // all zero costs 1 for each interaction
}

TEST_F(Scores, OfImplicitAlsSolveTheUsersExactly) {
  // One epoch with one dimension: with item vector h the user's is sum h / (sum h^2 + a sum of all h^2 + penalty), and
  // the scores of a user are a multiple of the item vectors.
  ImplicitAlsOptions options;
  options.dim = 1;
  options.epochs = 1;
  const auto source = make_implicit_als(case_->input(), options);
  const auto found = case_->scores_of(*source);
  Eigen::Index reference = 0;
  while (found[static_cast<std::size_t>(reference * kItems)] == 0.0F) {
    ++reference;
  }
  for (Eigen::Index user = 0; user < kUsers; ++user) {
    const float factor =
        found[static_cast<std::size_t>(user * kItems)] / found[static_cast<std::size_t>(reference * kItems)];
    for (Eigen::Index item = 0; item < kItems; ++item) {
      EXPECT_NEAR(found[static_cast<std::size_t>(user * kItems + item)],
                  factor * found[static_cast<std::size_t>(reference * kItems + item)], 1e-5);
    }
  }
}

TEST_F(Scores, OfImplicitAlsFollowTheSeed) {
  ImplicitAlsOptions options;
  options.dim = 4;
  options.epochs = 2;
  const auto first = make_implicit_als(case_->input(1), options);
  const auto again = make_implicit_als(case_->input(1), options);
  const auto other = make_implicit_als(case_->input(2), options);
  EXPECT_EQ(case_->scores_of(*first), case_->scores_of(*again));
  EXPECT_NE(case_->scores_of(*first), case_->scores_of(*other));
}

TEST_F(Scores, OfAispAttendToTheMeansOfAUsersItems) {
  const MatrixXd items = case_->taste().items.cast<double>();
  const auto source = make_aisp(case_->input(), {3});
  MatrixXd expected = MatrixXd::Zero(kUsers, kItems);
  for (Eigen::Index user = 0; user < kUsers; ++user) {
    const auto& train =
        case_->data().interactions({static_cast<UserIndex>(user), static_cast<UserIndex>(user + 1)}).item;
    if (train.empty()) {
      continue;
    }
    evaluation::Points points(static_cast<Eigen::Index>(train.size()), items.cols());
    for (std::size_t row = 0; row < train.size(); ++row) {
      points.row(static_cast<Eigen::Index>(row)) = case_->taste().items.row(train[row]);
    }
    const MatrixXd personas = evaluation::cluster(points, 3, 10, 1).centroids.cast<double>();
    for (Eigen::Index item = 0; item < kItems; ++item) {
      const Eigen::VectorXd affinity = personas * items.row(item).transpose();
      const Eigen::VectorXd weight = affinity.array().exp() / affinity.array().exp().sum();
      const Eigen::VectorXd mixed = personas.transpose() * weight;
      expected(user, item) = mixed.dot(items.row(item));
    }
  }
  expect_near(*source, expected, 1e-4);
}

TEST_F(Scores, OfAispWithOnePersonaAreThoseOfTheMeanItem) {
  const MatrixXd items = case_->taste().items.cast<double>();
  const auto r = interactions();
  const MatrixXd means = r.rowwise().sum().cwiseMax(1.0).cwiseInverse().asDiagonal() * r * items;
  const auto source = make_aisp(case_->input(), {1});
  expect_near(*source, means * items.transpose(), 1e-4);
}

TEST_F(Scores, OfAispNeedATasteSpace) {
  auto input = case_->input();
  input.taste = nullptr;
  EXPECT_THROW((void)make_aisp(input, {2}), UsageError);
}

}  // namespace ampcf::baselines
