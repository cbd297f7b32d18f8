#include "baselines/implicit_als.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/kernels/exponential.hpp"
#include "ampcf/random/philox.hpp"
#include "baselines/consumers.hpp"
#include "baselines/factor_scores.hpp"

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>

namespace ampcf::baselines {

namespace {

using Eigen::Index;

constexpr Index kRowsAtOnce = 4096;  // floats add up this far, doubles beyond

Factors initial_items(std::uint64_t items, const ImplicitAlsOptions& options, std::uint64_t seed) {
  Factors factors(static_cast<Index>(items), static_cast<Index>(options.dim));
  const double scale = options.scale / std::sqrt(static_cast<double>(options.dim));
  for (Index item = 0; item < factors.rows(); ++item) {
    random::Draws draws(seed, random::Stream::als_factors, static_cast<std::uint64_t>(item));
    for (Index column = 0; column < factors.cols(); ++column) {
      factors(item, column) = static_cast<float>(scale * random::normal_pair(draws)[0]);
    }
  }
  return factors;
}

Eigen::MatrixXf gram_of(const Factors& factors) {
  Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(factors.cols(), factors.cols());
  for (Index first = 0; first < factors.rows(); first += kRowsAtOnce) {
    const auto rows = factors.middleRows(first, std::min(kRowsAtOnce, factors.rows() - first));
    const Eigen::MatrixXf part = rows.transpose() * rows;
    gram += part.cast<double>();
  }
  return gram.cast<float>();
}

// Solves the vectors of one side, each from the vectors of the other side that its list names.
class HalfEpoch {
 public:
  HalfEpoch(const Factors& others, const ImplicitAlsOptions& options)
      : others_(others),
        options_(options),
        unobserved_(static_cast<float>(options.unobserved_weight) * gram_of(others)) {}

  Eigen::VectorXf solve(std::span<const std::uint32_t> list) {
    if (list.empty()) {
      return Eigen::VectorXf::Zero(others_.cols());  // what the penalty leaves
    }
    const auto listed = static_cast<Index>(list.size());
    chosen_.resize(listed, others_.cols());
    for (Index row = 0; row < listed; ++row) {
      chosen_.row(row) = others_.row(list[static_cast<std::size_t>(row)]);
    }
    normal_ = unobserved_;
    normal_.diagonal().array() += penalty_of(list.size());
    normal_.selfadjointView<Eigen::Lower>().rankUpdate(chosen_.transpose());
    const Eigen::VectorXf target = chosen_.colwise().sum().transpose();
    return normal_.selfadjointView<Eigen::Lower>().llt().solve(target);
  }

 private:
  [[nodiscard]] float penalty_of(std::size_t listed) const {
    const double frequency =
        static_cast<double>(listed) + options_.unobserved_weight * static_cast<double>(others_.rows());
    return static_cast<float>(options_.penalty * kernels::power(frequency, options_.frequency_power));
  }

  const Factors& others_;
  const ImplicitAlsOptions& options_;
  Eigen::MatrixXf unobserved_;  // a times the sum of outer products of all others, (d, d)
  Eigen::MatrixXf normal_;
  Factors chosen_;  // (listed, d)
};

// The vectors of `count` lists of this rank; list(row) names others.
template <typename List>
Factors solve_own(const Factors& others, const ImplicitAlsOptions& options, std::uint64_t count, const List& list) {
  HalfEpoch half(others, options);
  Factors own(static_cast<Index>(count), others.cols());
  for (std::uint64_t row = 0; row < count; ++row) {
    own.row(static_cast<Index>(row)) = half.solve(list(row)).transpose();
  }
  if (!own.allFinite()) {
    throw RuntimeError("--baseline ials: the vectors are no numbers any more: raise --ials-penalty");
  }
  return own;
}

Factors gathered(const communication::Communicator& communicator, const Factors& own) {
  const auto all = communicator.all_gather(std::span(own.data(), static_cast<std::size_t>(own.size())));
  return Eigen::Map<const Factors>(all.data(), static_cast<Index>(all.size()) / own.cols(), own.cols());
}

}  // namespace

std::unique_ptr<evaluation::ScoreSource> make_implicit_als(const evaluation::BaselineInput& input,
                                                           const ImplicitAlsOptions& options) {
  const auto& communicator = input.communicator;
  const auto& train = input.consumed.train();
  const auto range = own_items(input.data.item_count(), communicator.rank(), communicator.size());
  Consumers consumers;
  communicator.agree([&] { consumers = consumers_of(input.data, range); });
  auto items = initial_items(input.data.item_count(), options, input.seed);
  Factors own_users;
  for (std::uint64_t epoch = 0; epoch < options.epochs; ++epoch) {
    communicator.agree(
        [&] { own_users = solve_own(items, options, train.users.count(), [&](auto row) { return train.of(row); }); });
    const auto users = gathered(communicator, own_users);
    Factors own_items;
    communicator.agree([&] {
      own_items = solve_own(users, options, range.count(),
                            [&](auto row) { return consumers.of(range.first + static_cast<ItemIndex>(row)); });
    });
    items = gathered(communicator, own_items);
  }
  return std::make_unique<FactorScores>(train.users, std::move(own_users), items);
}

}  // namespace ampcf::baselines
