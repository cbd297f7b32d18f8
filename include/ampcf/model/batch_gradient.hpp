#pragma once

#include "ampcf/kernels/product.hpp"
#include "ampcf/kernels/tile.hpp"
#include "ampcf/model/example_block.hpp"
#include "ampcf/model/mini_batch.hpp"

namespace ampcf::model {

/// Loss and gradients of a rank's part of a mini-batch, as sums over its examples. A step has no allocation once the
/// largest batch was seen.
///
/// The projections' gradient goes by way of the folded form. Of projected personas, dL/dM = sum over contrasts of
/// w_k^T dp_k, one partial sum to a shard, so that it does not depend on which rank holds the shard; of projected
/// items, whoever has their totals goes on (differentiate_projected_items). Sinks: `ItemSink` as ExampleBlock's, and
/// for projected items with index_of(item), which gives each distinct item a row, row_count() and item_at(index);
/// `FormSink` has add_products(a, b, starts), which adds to dM, for each i, a^T b of the rows starts[i]..starts[i +
/// 1]-1 of a and b (.., padded d).
template <typename Real>
class BatchGradient {
 public:
  /// Numbers of users' rows that are projected at a time, or up to a shard's more: four tables of them, the projections
  /// and dM are about a core's first-level cache.
  static constexpr std::size_t kPartNumbers = std::size_t{1} << 12U;

  /// Gradients come out times `gradient_scale`, a power of two.
  BatchGradient(const Dimensions& dimensions, Projected projected, std::size_t candidates, const LossWeights& weights,
                Real gradient_scale = 1)
      : dimensions_(dimensions),
        projects_(projected),
        is_balanced_(weights.is_balanced()),
        block_(dimensions, projected, candidates, weights, gradient_scale) {}

  /// (local users, r): what run() reads as each user's shares (PersonaShares) while lambda_balance > 0.
  void use_shares(std::span<const Real> shares) { shares_ = shares; }

  /// Gives the terms of the loss of up to sixteen examples at a time to terms(block terms, count), and the gradient of
  /// a user's personas (r, padded d) to users(slot, gradient) as soon as it is whole and they are read no more, by
  /// rising slot. `log_probabilities` (n_items) asks for the logQ correction; empty: none.
  template <typename ItemSink, typename FormSink, typename UserSink, typename Terms>
  void run(const MiniBatch& batch, const Personas<Real>& personas, const SharedParameters<Real>& shared,
           const FoldedAttention<Real>& folded, std::span<const Real> log_probabilities, ItemSink& items,
           FormSink& form, UserSink&& users, Terms&& terms) {
    if (is_balanced_) {
      reserve(attention_sum_, batch.users.size() * dimensions_.personas);
    }
    if (projects_ == Projected::items) {
      project_items(batch, shared, folded, items);
    }
    for (Part part; next_part(batch, part);) {
      if (projects_ == Projected::personas) {
        project_contrasts(batch, part, personas, folded);
        run_examples(
            batch, part, personas, shared, log_probabilities, items, [](std::size_t) {}, terms);
        differentiate_projection(batch, part, folded, form);
        give(part, part.first_slot, part.last_slot, users);
      } else {
        reserve(gradient_, Block::kExamples * dimensions_.user_stride());
        auto next = part.first_slot;
        run_examples(
            batch, part, personas, shared, log_probabilities, items,
            [&](std::size_t last) { next = give(part, next, last, users); }, terms);
      }
    }
  }

  /// The attention on the batch's positives, summed by user, (batch.users.size(), r); with lambda_balance > 0.
  [[nodiscard]] const Real* attention_sum() const { return attention_sum_.data(); }

 private:
  using Block = ExampleBlock<Real>;

  // What is worked through at a time, each up to its last, which is not in it.
  struct Part {
    std::size_t first_shard = 0, last_shard = 0;
    std::size_t first_slot = 0, last_slot = 0;
    std::size_t first_example = 0, last_example = 0;
  };

  // Makes of a part the next one; false: there is none. Who projects personas passes over users' rows several times: a
  // part has so many shards that these rows stay in a core's cache. Nobody else has a reason to stop between shards.
  bool next_part(const MiniBatch& batch, Part& part) const {
    const auto& shards = batch.shard_first_slot;
    part = {part.last_shard, part.last_shard, part.last_slot, part.last_slot, part.last_example, part.last_example};
    const auto has_room = [&] { return (part.last_slot - part.first_slot) * dimensions_.user_stride() < kPartNumbers; };
    while (part.last_shard + 1 < shards.size() && (projects_ != Projected::personas || has_room())) {
      part.last_slot = shards[++part.last_shard];
    }
    const auto first = batch.slot.begin() + static_cast<std::ptrdiff_t>(part.first_example);
    part.last_example += static_cast<std::size_t>(std::lower_bound(first, batch.slot.end(), part.last_slot) - first);
    return part.last_shard > part.first_shard;
  }

  // After each block of examples calls finished(slot): no later example is of a user before this one.
  template <typename ItemSink, typename Finished, typename Terms>
  void run_examples(const MiniBatch& batch, const Part& part, const Personas<Real>& personas,
                    const SharedParameters<Real>& shared, std::span<const Real> log_probabilities, ItemSink& items,
                    Finished&& finished, Terms&& terms) {
    std::array<ExampleOperands<Real>, Block::kExamples> memory;
    std::array<ExampleOperands<Real>, Block::kExamples> next_memory;
    auto examples = operands(batch, part, personas, part.first_example, memory);
    for (std::size_t first = part.first_example; first < part.last_example; first += Block::kExamples) {
      const auto next = operands(batch, part, personas, first + Block::kExamples, next_memory);
      block_.run(shared, examples, next, log_probabilities, items);
      terms(block_.terms(), examples.size());
      const auto behind = first + examples.size();
      finished(behind < part.last_example ? batch.slot[behind] : part.last_slot);
      std::swap(memory, next_memory);
      examples = std::span(memory).first(next.size());
    }
  }

  // Who projects personas needs the gradients of a part at once; else they are of the users of a block of examples,
  // which are no more than these.
  [[nodiscard]] Real* gradient_of(const Part& part, std::size_t slot) {
    const auto row = projects_ == Projected::personas ? slot - part.first_slot : slot % Block::kExamples;
    return gradient_.data() + row * dimensions_.user_stride();
  }

  // Returns the slot behind the last.
  template <typename UserSink>
  std::size_t give(const Part& part, std::size_t first_slot, std::size_t last_slot, UserSink&& users) {
    for (auto slot = first_slot; slot < last_slot; ++slot) {
      users(slot, static_cast<const Real*>(gradient_of(part, slot)));
    }
    return last_slot;
  }

  // Of up to sixteen examples from `first` on; none behind the part's last.
  std::span<const ExampleOperands<Real>> operands(const MiniBatch& batch, const Part& part,
                                                  const Personas<Real>& personas, std::size_t first,
                                                  std::span<ExampleOperands<Real>> into) {
    const auto count = std::min(into.size(), part.last_example - std::min(part.last_example, first));
    for (std::size_t i = 0; i < count; ++i) {
      const auto slot = batch.slot[first + i];
      const auto row = (slot - part.first_slot) * dimensions_.affinity_stride();
      into[i] = {
          personas.of(batch.users[slot]),
          batch.candidates_of(first + i),
          gradient_of(part, slot),
          projected_.data() + row,
          projected_gradient_.data() + row,
          projected_items_.data(),
          item_rows_.data() + (first + i) * batch.candidates_per_example,
          is_balanced_ ? shares_.data() + batch.users[slot] * dimensions_.personas : nullptr,
          is_balanced_ ? attention_sum_.data() + slot * dimensions_.personas : nullptr,
          first + i == 0 || batch.slot[first + i - 1] != slot,
      };
    }
    return into.first(count);
  }

  // The part's contrasts, side by side for the products, p = w M, and room for dL/dp and dL/du.
  void project_contrasts(const MiniBatch& batch, const Part& part, const Personas<Real>& personas,
                         const FoldedAttention<Real>& folded) {
    const auto count = part.last_slot - part.first_slot;
    const auto stride = dimensions_.user_stride();
    const auto contrast_stride = dimensions_.affinity_stride();
    reserve(contrasts_, count * contrast_stride);
    reserve(projected_, count * contrast_stride);
    reserve(projected_gradient_, count * contrast_stride);
    reserve(gradient_, count * stride);
    for (std::size_t slot = part.first_slot; slot < part.last_slot; ++slot) {
      contrast(dimensions_, personas.of(batch.users[slot]),
               contrasts_.data() + (slot - part.first_slot) * contrast_stride);
    }
    const auto d = dimensions_.padded_dim();
    kernels::product(contrasts_.data(), d, folded.form.data(), d, projected_.data(), d,
                     count * dimensions_.affinity_rows(), d, d);
  }

  // q = M v of each of the batch's items once, some at a time: they are put side by side for the product.
  template <typename ItemSink>
  void project_items(const MiniBatch& batch, const SharedParameters<Real>& shared, const FoldedAttention<Real>& folded,
                     ItemSink& items) {
    constexpr std::size_t kAtOnce = 48;
    const auto d = dimensions_.padded_dim();
    item_rows_.reserve(batch.candidates.capacity());  // who made the batch knows how large others will be
    item_rows_.resize(batch.candidates.size());
    std::transform(batch.candidates.begin(), batch.candidates.end(), item_rows_.begin(),
                   [&](ItemIndex item) { return static_cast<std::uint32_t>(items.index_of(item)); });
    const auto count = items.row_count();
    const auto ahead = kernels::rows_ahead(d);
    reserve(projected_items_, count * d);
    reserve(items_, kAtOnce * d);
    for (std::size_t first = 0; first < count; first += kAtOnce) {
      const auto last = std::min(first + kAtOnce, count);
      for (auto index = first; index < last; ++index) {
        if (index + ahead < count) {
          kernels::ask_for(shared.item(items.item_at(index + ahead)), d);
        }
        std::copy_n(shared.item(items.item_at(index)), d, items_.data() + (index - first) * d);
      }
      kernels::product(items_.data(), d, folded.transposed.data(), d, projected_items_.data() + first * d, d,
                       last - first, d, d);
    }
  }

  // Neither what a table holds is kept, nor room for more taken than is asked for.
  static void reserve(kernels::AlignedVector<Real>& table, std::size_t size) {
    if (table.size() < size) {
      kernels::AlignedVector<Real>().swap(table);
      table.resize(size);
    }
  }

  // p = w M, so dw = dp M^T and dM = w^T dp; w_k = u_k - u_0, so dw is added to du_k and taken from du_0.
  template <typename FormSink>
  void differentiate_projection(const MiniBatch& batch, const Part& part, const FoldedAttention<Real>& folded,
                                FormSink& form) {
    const auto d = dimensions_.padded_dim();
    const auto rows = dimensions_.affinity_rows();
    kernels::multiply(
        kernels::Factors<Real>{projected_gradient_.data(), d, 1, folded.transposed.data(), d, d},
        (part.last_slot - part.first_slot) * rows, d, [](std::size_t, std::size_t) { return kernels::Vec<Real>{}; },
        [this, d, rows](std::size_t row, std::size_t column, kernels::Vec<Real> sums) {
          const auto user = static_cast<std::uint32_t>(row) / static_cast<std::uint32_t>(rows);
          Real* const first = gradient_.data() + user * dimensions_.user_stride() + column;
          Real* const own = first + (row - user * rows + 1) * d;
          kernels::store(own, kernels::load(own) + sums);
          kernels::store(first, kernels::load(first) - sums);
        });
    const auto& shards = batch.shard_first_slot;
    shard_rows_.clear();
    for (auto shard = part.first_shard; shard <= part.last_shard; ++shard) {
      shard_rows_.push_back((shards[shard] - part.first_slot) * rows);
    }
    form.add_products(contrasts_.data(), projected_gradient_.data(), shard_rows_);
  }

  Dimensions dimensions_;
  Projected projects_;
  bool is_balanced_;
  Block block_;
  std::span<const Real> shares_;
  kernels::AlignedVector<Real> attention_sum_;  // (batch.users.size(), r)
  kernels::AlignedVector<Real> gradient_;       // dL/du (users of a block of examples, or of a part, r, padded d)
  // Of a part's users, whose contrasts are projected, (users, r - 1, padded d).
  kernels::AlignedVector<Real> contrasts_;           // w
  kernels::AlignedVector<Real> projected_;           // p
  kernels::AlignedVector<Real> projected_gradient_;  // dL/dp
  std::vector<std::size_t> shard_rows_;              // where a shard's rows begin
  // Of projected items.
  std::vector<std::uint32_t> item_rows_;          // (B, |N| + 1) where a candidate's q is
  kernels::AlignedVector<Real> projected_items_;  // q (distinct items, padded d)
  kernels::AlignedVector<Real> items_;            // v of those that are being projected
};

/// What is left to do for `count` projected items with their totals, v and dL/dq (count, padded d): q = M v, so dv +=
/// dq M, and the partial sum dM = dq v^T goes to `form`.
template <typename Real, typename FormSink>
void differentiate_projected_items(const FoldedAttention<Real>& folded, std::size_t d, std::size_t count, Real* items,
                                   Real* projected_gradient, Real* gradient, FormSink& form) {
  kernels::product(projected_gradient, d, folded.form.data(), d, gradient, d, count, d, d, true);
  form.add_products(projected_gradient, items, std::array<std::size_t, 2>{0, count});
}

/// dA^u = dM A^v^T (padded d, padded d_a) and dA^v = A^u^T dM (padded d_a, padded d).
template <typename Real>
void unfold_gradient(const SharedParameters<Real>& shared, const Real* form_gradient, Real* user_projection_gradient,
                     Real* item_projection_gradient);

}  // namespace ampcf::model
