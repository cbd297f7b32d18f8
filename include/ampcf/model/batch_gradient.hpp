#pragma once

#include "ampcf/kernels/product.hpp"
#include "ampcf/kernels/tile.hpp"
#include "ampcf/model/example.hpp"
#include "ampcf/model/mini_batch.hpp"

namespace ampcf::model {

/// Loss and gradients of a rank's part of a mini-batch, as sums over its examples. A step has no allocation once the
/// largest batch was seen.
///
/// The projections' gradient goes by way of the folded form, dL/dM = sum over personas of u_k^T dp_k, one partial
/// sum to a shard, so that it does not depend on which rank holds the shard. Sinks: `ItemSink` as Example's; `FormSink`
/// has add(row, column, Vec) for sixteen numbers of a shard's partial sum, a (padded d, padded d) matrix.
template <typename Real>
class BatchGradient {
 public:
  BatchGradient(const Dimensions& dimensions, std::size_t candidates, const LossWeights& weights)
      : dimensions_(dimensions), example_(dimensions, candidates, weights) {}

  /// Adds each example's loss to terms(example terms); gathers the batch's personas out of `personas`, and leaves their
  /// gradient in persona_gradient(). `log_probabilities` (n_items) asks for the logQ correction; empty: none.
  template <typename ItemSink, typename FormSink, typename Terms>
  void run(const MiniBatch& batch, const Personas<Real>& personas, const SharedParameters<Real>& shared,
           const FoldedAttention<Real>& folded, std::span<const Real> log_probabilities, ItemSink& items,
           FormSink& form, Terms&& terms) {
    gather(batch, personas, folded);
    const auto stride = dimensions_.user_stride();
    candidate_log_probabilities_.resize(log_probabilities.empty() ? 0 : batch.candidates_per_example);
    for (std::size_t b = 0; b < batch.size(); ++b) {
      const auto row = batch.slot[b] * stride;
      const auto candidates = batch.candidates_of(b);
      for (std::size_t n = 0; n < candidate_log_probabilities_.size(); ++n) {
        candidate_log_probabilities_[n] = log_probabilities[candidates[n]];
      }
      terms(example_.run(shared,
                         {personas_.data() + row, projected_.data() + row, candidates,
                          log_probabilities.empty() ? nullptr : candidate_log_probabilities_.data(),
                          gradient_.data() + row, projected_gradient_.data() + row},
                         items));
    }
    if (!dimensions_.is_identity) {
      differentiate_projection(batch, folded, form);
    }
  }

  /// The batch's personas before the step and their gradient, (batch.users.size(), r, padded d).
  [[nodiscard]] const Real* gathered_personas() const { return personas_.data(); }
  [[nodiscard]] const Real* persona_gradient() const { return gradient_.data(); }

 private:
  void gather(const MiniBatch& batch, const Personas<Real>& personas, const FoldedAttention<Real>& folded) {
    const auto stride = dimensions_.user_stride();
    const auto size = batch.users.size() * stride;
    personas_.resize(size);
    projected_.resize(size);
    gradient_.assign(size, 0);
    projected_gradient_.assign(size, 0);
    for (std::size_t slot = 0; slot < batch.users.size(); ++slot) {
      std::copy_n(personas.of(batch.users[slot]), stride, personas_.data() + slot * stride);
    }
    if (!dimensions_.is_identity) {
      project_personas(folded, dimensions_, personas_.data(), batch.users.size() * dimensions_.personas,
                       projected_.data());
    }
  }

  // p = u M, so du += dp M^T and dM = u^T dp.
  template <typename FormSink>
  void differentiate_projection(const MiniBatch& batch, const FoldedAttention<Real>& folded, FormSink& form) {
    const auto d = dimensions_.padded_dim();
    const auto r = dimensions_.personas;
    kernels::product(projected_gradient_.data(), d, folded.transposed.data(), d, gradient_.data(), d,
                     batch.users.size() * r, d, d, true);
    for (std::size_t shard = 0; shard + 1 < batch.shard_first_slot.size(); ++shard) {
      const std::size_t first = batch.shard_first_slot[shard] * r;
      const std::size_t count = batch.shard_first_slot[shard + 1] * r - first;
      const kernels::Factors<Real> factors{personas_.data() + first * d,           1, d,
                                           projected_gradient_.data() + first * d, d, count};
      if (count > 0) {
        kernels::multiply(
            factors, d, d, [](std::size_t, std::size_t) { return kernels::Vec<Real>{}; },
            [&](std::size_t row, std::size_t column, kernels::Vec<Real> sums) { form.add(row, column, sums); });
      }
    }
  }

  Dimensions dimensions_;
  Example<Real> example_;
  kernels::AlignedVector<Real> personas_;            // (U, r, padded d)
  kernels::AlignedVector<Real> projected_;           // (U, r, padded d)
  kernels::AlignedVector<Real> gradient_;            // (U, r, padded d)
  kernels::AlignedVector<Real> projected_gradient_;  // (U, r, padded d)
  std::vector<Real> candidate_log_probabilities_;    // (|N| + 1)
};

/// dA^u = dM A^v^T (padded d, padded d_a) and dA^v = A^u^T dM (padded d_a, padded d).
template <typename Real>
void unfold_gradient(const SharedParameters<Real>& shared, const Real* form_gradient, Real* user_projection_gradient,
                     Real* item_projection_gradient);

}  // namespace ampcf::model
