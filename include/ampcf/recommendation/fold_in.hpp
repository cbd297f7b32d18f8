#pragma once

#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/dataset/dataset.hpp"
#include "ampcf/model/loss_block.hpp"
#include "ampcf/model/parameters.hpp"
#include "ampcf/optimizer/adam.hpp"

#include <span>
#include <vector>

namespace ampcf::recommendation {

/// How personas are fitted. The objective is the training's own; these say how closely it is approached.
struct FoldInOptions {
  std::uint64_t steps = 30;           // of Adam over the whole history
  double learning_rate = 0.03;        // of the first step, falling linearly
  double final_learning_rate = 0.05;  // share of it that is left at the last step
  std::uint64_t pool = 4096;          // negatives, in groups of |N|; sixteen groups at least
};

/// Fits personas of somebody whom the model has not seen: items, biases and projections stay as they are, and the
/// expected loss of training (model::LossWeights, with the options in the checkpoint, weight decay included) is
/// minimised over the r personas alone.
///
/// Training draws |N| fresh negatives for each positive. Here `pool` negatives in groups of |N| are drawn once, the
/// same for everybody, and positives meet them by turns: so there is one gradient of the whole history to a step, made
/// of matrix products, and nothing random is left. Result: a function of model, data, options and the set of items
/// alone.
class FoldIn {
 public:
  /// Throws UsageError where the checkpoint's options are not those of this program.
  FoldIn(const dataset::Dataset& data, const checkpoint::ModelFile& model, const model::SharedParameters<float>& shared,
         const FoldInOptions& options);

  /// Personas (r, padded d) for a history, ascending, distinct and not empty.
  [[nodiscard]] kernels::AlignedVector<float> fit(std::span<const ItemIndex> history) const;

 private:
  class Fit;
  const model::SharedParameters<float>& shared_;
  FoldInOptions options_;
  model::FoldedAttention<float> folded_;
  model::LossWeights weights_;
  optimizer::Adam adam_;
  float weight_decay_ = 0.0F;
  bool is_seen_excluded_ = false;
  std::uint64_t negatives_ = 0;            // |N| of a group
  std::uint64_t groups_ = 0;               // a multiple of 16
  float negative_shift_ = 0.0F;            // added to the scores of negatives
  std::vector<ItemIndex> drawn_;           // more than groups_ * negatives_, for what a history excludes
  std::vector<float> log_probabilities_;   // (n_items) what scores are less by, empty: nothing
  kernels::AlignedVector<float> initial_;  // (r, padded d)
};

}  // namespace ampcf::recommendation
