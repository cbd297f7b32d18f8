#pragma once

#include "ampcf/model/parameters.hpp"

namespace ampcf::model {

/// Scores y_ij of chosen items for one user, and the attention behind them. The bits of a score depend on the user and
/// the item alone.
class Scorer {
 public:
  explicit Scorer(const SharedParameters<float>& shared);

  /// Personas projected for score() and attention(): call once for a user. `personas` is (r, padded d).
  void set_user(const float* personas);

  /// y of each item, (items.size()).
  void score(std::span<const ItemIndex> items, std::span<float> scores);

  /// a_k of one item, (r).
  void attention(ItemIndex item, std::span<float> weights);

 private:
  void score_block(std::span<const ItemIndex> items, std::span<float> scores);

  const SharedParameters<float>& shared_;
  FoldedAttention<float> folded_;
  const float* personas_ = nullptr;
  kernels::AlignedVector<float> contrasts_, projected_;  // w, p (r - 1, padded d); empty if not learned
  kernels::AlignedVector<float> products_;               // t (r, 16) of sixteen items
  kernels::AlignedVector<float> affinities_;             // s (r - 1, 16); empty if not learned
};

/// Scores whole blocks of users against the whole catalogue: two matrix products and a softmax over personas. The bits
/// of a user's scores do not depend on the other users of the block.
class CatalogueScorer {
 public:
  explicit CatalogueScorer(const SharedParameters<float>& shared);

  [[nodiscard]] std::uint64_t item_count() const { return item_count_; }
  /// Numbers from one user's scores to the next.
  [[nodiscard]] std::size_t score_stride() const { return kernels::padded(item_count_); }

  /// scores (users, score_stride()) of `users` users whose personas are (users, r, padded d); entries beyond
  /// item_count() are unspecified.
  void score(const float* personas, std::size_t users, float* scores);

 private:
  void combine(std::size_t user, std::size_t items, const float* biases, float* scores) const;

  Dimensions dimensions_;
  std::uint64_t item_count_;
  FoldedAttention<float> folded_;
  kernels::AlignedVector<float> items_transposed_;  // (padded d, score_stride)
  kernels::AlignedVector<float> biases_;            // (score_stride)
  kernels::AlignedVector<float> contrasts_;         // w, (r - 1, padded d) of all users; empty if not learned
  kernels::AlignedVector<float> projected_;         // p, likewise
  std::size_t users_at_once_;
  kernels::AlignedVector<float> affinities_;  // s (users at once, r - 1, kItemBlock); empty if not learned
  kernels::AlignedVector<float> products_;    // t (users at once, r, kItemBlock)
};

}  // namespace ampcf::model
