#pragma once

#include "ampcf/checkpoint/state.hpp"
#include "ampcf/model/batch_gradient.hpp"
#include "ampcf/parallel/batch_sampler.hpp"
#include "ampcf/parallel/exchange.hpp"

#include <array>

namespace ampcf::training {

/// Loss terms summed over examples in fixed point (2^-24 of a unit), so that their total does not depend on the order
/// or the number of ranks.
class LossSums {
 public:
  /// Of examples with so many negatives each.
  explicit LossSums(std::size_t negatives) : negatives_(static_cast<double>(negatives)) {}

  /// Adds the first `count` examples of a block. RuntimeError where a term is not finite or above any of a model that
  /// trains.
  void add(const model::BlockTerms<float>& terms, std::size_t count);

  /// Forgets all examples but those that `sums` stand for: what total() once gave, on one rank of a resumed run.
  void restart(const std::array<std::int64_t, 5>& sums = {}) { sums_ = sums; }

  /// Collective. Sums over all ranks' examples since restart().
  [[nodiscard]] std::array<std::int64_t, 5> total(const communication::Communicator& communicator) const;

  /// Collective. Means over the same; entropy_negative is per negative.
  struct Means {
    double data = 0.0;
    double entropy_positive = 0.0;
    double entropy_negative = 0.0;
    double total = 0.0;
  };
  [[nodiscard]] Means means(const communication::Communicator& communicator, const model::LossWeights& weights) const;

 private:
  double negatives_;
  std::array<std::int64_t, 5> sums_{};  // data, entropy of positives, of a negative on average, balance, examples
};

/// One optimiser step, data-parallel: gradients of this rank's part, sums over ranks, updates.
class TrainingStep {
 public:
  /// May fail on one rank alone. Items and their moments in `state` lie in memory of `node`, as `memory` does.
  TrainingStep(const communication::Communicator& communicator, const communication::Node& node,
               parallel::GradientExchange::Memory memory, const parallel::ShardPlan& plan,
               parallel::BatchSampler& sampler, const model::LossWeights& weights,
               const optimizer::UpdateOptions& updates, const parallel::GradientShape& shape,
               std::vector<float> log_probabilities, checkpoint::TrainingState& state);

  /// Collective. Runs step `step` of the sampler's epoch. `request` is a rank's wish to stop; returns the largest over
  /// all ranks. A loss that is not finite on one rank is a RuntimeError on all, after which the state is of no use.
  std::uint32_t run(std::uint64_t step, double learning_rate_factor, std::uint32_t request);

  [[nodiscard]] LossSums& losses() { return losses_; }
  [[nodiscard]] const parallel::GradientExchange& exchange() const { return exchange_; }

 private:
  void differentiate(const model::MiniBatch& batch, float scale, double rate_factor);
  void update_waiting_personas(const model::MiniBatch& batch, float scale, double rate_factor);
  void prefetch(const model::MiniBatch& batch) const;
  void update_personas(const model::MiniBatch& batch, std::size_t slot, const float* gradient, float scale,
                       double rate_factor);
  [[nodiscard]] optimizer::RowAddress item_row(ItemIndex item) const;
  void ask_for_item(ItemIndex item) const;
  void ask_to_write_shared(ItemIndex item) const;
  template <typename Gradient>
  void update_item(const parallel::ItemGradients::Head& head, double rate, const Gradient* gradient, float unit,
                   float scale, const optimizer::RowAddress& ahead);
  void update_items(float scale, double rate_factor);
  void update_projected_items(float scale, double rate_factor);
  void update_projections(float scale, double rate_factor);

  const communication::Communicator& communicator_;
  const parallel::ShardPlan& plan_;
  parallel::BatchSampler& sampler_;
  optimizer::UpdateOptions updates_;
  optimizer::Adam adam_;
  std::vector<float> log_probabilities_;
  checkpoint::TrainingState& state_;
  model::FoldedAttention<float> folded_;
  model::BatchGradient<float> gradient_;
  bool projects_items_;
  bool shares_items_;  // with other ranks
  parallel::GradientExchange exchange_;
  LossSums losses_;
  bool is_beyond_caches_ = false;
  const model::MiniBatch* sampled_ = nullptr;       // the next step's, where it is already drawn
  kernels::AlignedVector<float> waiting_gradient_;  // (batch.users.size(), r, padded d) while messages travel
  // Of a block of projected items, (rows, padded d).
  kernels::AlignedVector<float> block_items_, block_gradient_, block_projected_gradient_;
  kernels::AlignedVector<float> form_total_;                // (padded d, padded d)
  kernels::AlignedVector<float> user_projection_gradient_;  // (padded d, padded d_a)
  kernels::AlignedVector<float> item_projection_gradient_;  // (padded d_a, padded d)
};

}  // namespace ampcf::training
