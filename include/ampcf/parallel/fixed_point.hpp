#pragma once

#include "ampcf/kernels/aligned.hpp"
#include "ampcf/kernels/vector.hpp"
#include "ampcf/model/parameters.hpp"

#include <cstdint>
#include <span>
#include <vector>

/// Sums that do not depend on their order. Every example's contribution is rounded to a multiple of a power of two
/// before it is added; integers add up the same in any order and grouping, so in any division over ranks. See
/// src/parallel/README.md.
namespace ampcf::parallel {

/// The step 2^-bits of the items' gradient and why no sum can overflow.
///
/// A component of one example's gradient is clipped to +-kClip (it is about as large as an embedding's component). A
/// row that occurs `occurrences` times as a candidate of a batch sums to at most occurrences * kClip * 2^bits < 2^31.
struct ItemScale {
  static constexpr float kClip = 8.0F;

  int bits = 0;
  std::uint64_t most_occurrences = 0;  // of one item in one global batch; checked after every exchange

  /// `largest_share` is the expected number of times that one positive's candidates name the most frequent item. Ten
  /// standard deviations above what a batch is expected to hold, and never above what it can hold.
  static ItemScale of(std::uint64_t largest_batch, std::size_t candidates_per_example, double largest_share);
};

/// Rounds floats to integers, clipped to +-limit.
class Rounding {
 public:
  explicit Rounding(float limit) : limit_(limit) {}

  /// To the nearest integer, halves away from zero.
  kernels::Integers operator()(kernels::Floats value) {
    const kernels::Floats limit = kernels::broadcast(limit_);
    const auto is_high = value > limit;
    const auto is_low = value < -limit;
    clips_ -= is_high | is_low;
    value = is_high ? limit : value;
    value = is_low ? -limit : value;
    value += value < kernels::Floats{} ? kernels::broadcast(-0.5F) : kernels::broadcast(0.5F);
    return __builtin_convertvector(value, kernels::Integers);
  }

  /// Numbers clipped since the last call.
  std::uint64_t take_clipped();

 private:
  float limit_;
  kernels::Integers clips_{};  // by lane
};

/// The items' gradient of a step: a compact table of the rows touched, in fixed point. Sink of model::Example<float>.
///
/// A row of row_size() integers is also what travels between ranks: d components, the bias' one, how often the item
/// occurred, the item.
class ItemGradients {
 public:
  ItemGradients(const model::Dimensions& dimensions, std::uint64_t item_count, const ItemScale& scale);

  [[nodiscard]] std::size_t row_size() const { return padded_dim_ + 4; }
  [[nodiscard]] std::size_t bias_column() const { return padded_dim_; }
  [[nodiscard]] std::size_t occurrences_column() const { return padded_dim_ + 1; }
  [[nodiscard]] std::size_t item_column() const { return padded_dim_ + 2; }

  std::int32_t* row(ItemIndex item) {
    std::int32_t* const row = open(item);
    ++row[occurrences_column()];
    return row;
  }

  void add(std::int32_t* row, std::size_t column, kernels::Floats value) {
    kernels::store(row + column, kernels::load(row + column) + rounding_(value * factor_));
  }

  void add_bias(std::int32_t* row, float value) {
    row[bias_column()] += rounding_(kernels::broadcast(value * factor_))[0];
  }

  /// Adds a row of another rank.
  void add_row(const std::int32_t* other);

  /// Rows in the order in which items were first touched, (row_count(), row_size()).
  [[nodiscard]] std::size_t row_count() const { return row_count_; }
  [[nodiscard]] std::span<const std::int32_t> rows() const { return {rows_.data(), row_count_ * row_size()}; }

  /// What one unit in the table is worth: 2^-bits.
  [[nodiscard]] float unit() const { return 1.0F / factor_; }
  [[nodiscard]] const ItemScale& scale() const { return scale_; }

  /// Numbers that were clipped since the start.
  [[nodiscard]] std::uint64_t clipped() const { return clipped_; }

  void clear();

 private:
  static constexpr std::uint32_t kUntouched = 0xFFFFFFFFU;

  std::int32_t* open(ItemIndex item) {
    auto& slot = slots_[item];
    if (slot == kUntouched) {
      slot = append(item);
    }
    return rows_.data() + slot * row_size();
  }
  std::uint32_t append(ItemIndex item);

  std::size_t padded_dim_;
  ItemScale scale_;
  float factor_;
  Rounding rounding_;
  std::size_t row_count_ = 0;
  std::vector<std::uint32_t> slots_;           // (n_items) row of an item in rows_
  kernels::AlignedVector<std::int32_t> rows_;  // grows to the largest number of rows that a step touched
  std::uint64_t clipped_ = 0;
};

/// The gradient of the folded attention form: shards' partial sums in fixed point. A number of a shard's partial sum is
/// clipped to +-kClip for each positive that the shard has in a batch, so a total stays below largest_batch * kClip *
/// 2^bits < 2^31. Sink of model::BatchGradient<float>.
class FormGradient {
 public:
  static constexpr float kClip = 8.0F;
  static constexpr std::uint64_t kMostShards = 4096;

  /// `largest_share` is the largest part of a batch that one shard has.
  FormGradient(const model::Dimensions& dimensions, std::uint64_t shards, std::uint64_t largest_share);

  void add(std::size_t row, std::size_t column, kernels::Floats partial) {
    std::int32_t* const into = sums_.data() + row * padded_dim_ + column;
    kernels::store(into, kernels::load(into) + rounding_(partial * factor_));
  }

  /// (padded d, padded d), in units of unit(); empty for identity.
  [[nodiscard]] std::span<std::int32_t> sums() { return sums_; }
  [[nodiscard]] float unit() const { return 1.0F / factor_; }
  void clear();

 private:
  std::size_t padded_dim_;
  float factor_;
  Rounding rounding_;
  kernels::AlignedVector<std::int32_t> sums_;
};

}  // namespace ampcf::parallel
