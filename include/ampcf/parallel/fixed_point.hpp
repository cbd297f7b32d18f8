#pragma once

#include "ampcf/kernels/aligned.hpp"
#include "ampcf/kernels/vector.hpp"
#include "ampcf/model/projected.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

/// Sums that do not depend on their order. Every example's contribution is rounded to a multiple of a power of two
/// before it is added; integers add up the same in any order and grouping, so in any division over ranks. See
/// src/parallel/README.md.
namespace ampcf::parallel {

/// The numbers of the sums. Floats are there to measure what exactness costs (CMake option AMPCF_INEXACT_SUMS): a run
/// then depends on the number of ranks.
#ifdef AMPCF_INEXACT_SUMS
using Number = float;
#else
using Number = std::int32_t;
#endif
inline constexpr bool kIsExact = std::is_same_v<Number, std::int32_t>;

/// The item that a row names.
[[nodiscard]] inline ItemIndex item_of(Number number) { return std::bit_cast<ItemIndex>(number); }

/// The most bits b for which a sum of magnitude `largest` in units of 2^-b, and what rounding adds to it, stays below
/// 2^31.
[[nodiscard]] inline int bits_below_overflow(double largest) {
  return 30 - static_cast<int>(std::ceil(std::log2(largest)));
}

/// How often the candidates of one positive are expected to name an item.
struct Occurrences {
  double mean = 0.0;    // over all positives
  double of_one = 0.0;  // the most for any one of them, where they differ; 0: what is drawn for each is drawn alike
};

/// The step 2^-bits of the items' gradient and why no sum can overflow.
///
/// A component of one example's gradient is clipped to +-kClip (it is about as large as an embedding's component). A
/// row that occurs `occurrences` times as a candidate of a batch sums to at most occurrences * kClip * 2^bits < 2^31.
struct ItemScale {
  static constexpr float kClip = 8.0F;

  int bits = 0;
  std::uint64_t most_occurrences = 0;  // of one item in one global batch; checked after every exchange

  [[nodiscard]] float factor() const { return std::ldexp(1.0F, bits); }

  /// Room for ten standard deviations above the occurrences expected in a batch of the item that occurs most, and never
  /// more than it can hold.
  static ItemScale of(std::uint64_t largest_batch, std::size_t candidates_per_example, const Occurrences& occurrences);
};

/// Rounds floats, one or vectors of them, to the nearest integers, clipped to +-limit.
class FixedPointRounding {
 public:
  explicit FixedPointRounding(float limit) : limit_(limit) {}

  // Of several vectors, so that the largest is not waited for after each of them. A call would pass them in memory.
  template <std::size_t C>
  [[gnu::always_inline]] std::array<kernels::Integers, C> operator()(const std::array<kernels::Floats, C>& values) {
    std::array<kernels::Integers, C> rounded;
    kernels::Floats most = values[0], least = values[0];
#pragma GCC unroll 4
    for (std::size_t c = 0; c < C; ++c) {
      most = kernels::max(values[c], most);
      least = kernels::min(values[c], least);
      rounded[c] = kernels::nearest(
          kernels::max(kernels::min(values[c], kernels::broadcast(limit_)), kernels::broadcast(-limit_)));
    }
    most_ = kernels::max(most, most_);
    least_ = kernels::min(least, least_);
    return rounded;
  }

  std::int32_t operator()(float value) const {
    value = value < limit_ ? value : limit_;  // NaN too, as in vectors
    value = value > -limit_ ? value : -limit_;
    return kernels::nearest(value);
  }

  /// The largest magnitude of sixteen numbers at a time that was ever rounded: above `limit` something was clipped.
  [[nodiscard]] float largest() const { return std::max(kernels::largest(most_), kernels::largest(-least_)); }

 private:
  float limit_;
  kernels::Floats most_{}, least_{};  // by lane
};

/// What stands in its place where sums are of floats.
struct NoRounding {
  explicit NoRounding(float /*limit*/) {}
  template <typename T>
  const T& operator()(const T& value) const {
    return value;
  }
  [[nodiscard]] static float largest() { return 0.0F; }
};

using Rounding = std::conditional_t<kIsExact, FixedPointRounding, NoRounding>;

/// The items' gradient of a step: a compact table of the rows touched, in fixed point. Sink of
/// model::ExampleBlock<float>, whose gradient scale is scale().factor().
///
/// A row is whole vectors of `components`; what else there is of an item is its head, in a table of its own: who looks
/// for some items among all, as other ranks do, reads a few cache lines instead of one of each row.
class ItemGradients {
 public:
  struct Head {
    Number bias;                // dL/db
    std::uint32_t occurrences;  // of the item
    ItemIndex item;
  };
  /// Where an example's gradient goes.
  struct Row {
    Number* components;
    Number* bias;
  };
  /// Where the tables shall lie, with room for capacity() rows.
  struct Memory {
    using Rows = kernels::CacheLineAllocator<Number>;
    using Heads = kernels::CacheLineAllocator<Head>;
    Rows rows;
    Heads heads;
    bool is_shared;  // other cores read there what a step has summed
  };

  /// `components` are whole vectors; `largest_batch` is the largest number of positives of a global batch: the table
  /// never grows.
  ItemGradients(std::size_t components, std::uint64_t item_count, std::uint64_t largest_batch,
                std::size_t candidates_per_example, const ItemScale& scale, const Memory& memory = {});

  /// Rows of the table.
  [[nodiscard]] static std::size_t capacity(std::uint64_t item_count, std::uint64_t largest_batch,
                                            std::size_t candidates_per_example) {
    return std::min(item_count, largest_batch * candidates_per_example);
  }

  [[nodiscard]] std::size_t components() const { return components_; }

  /// The rows of an example's items, each of which occurs once more. Valid until the next call.
  std::span<const Row> open_rows(std::span<const ItemIndex> items) {
    for (std::size_t n = 0; n < items.size(); ++n) {
      const auto index = index_of(items[n]);
      ++heads_[index].occurrences;
      opened_[n] = {row(index), &heads_[index].bias};
    }
    return {opened_.data(), items.size()};
  }

  /// A copy to work with, in registers, and its return.
  [[nodiscard]] Rounding rounding() const { return rounding_; }
  void keep(const Rounding& rounding) { rounding_ = rounding; }

  /// Adds a row of another table.
  void add(const Head& head, const Number* row);

  /// A row and its head as they travel, packed_size() numbers: components, the bias' one, occurrences, item.
  [[nodiscard]] std::size_t packed_size() const { return packed_size(components_); }
  [[nodiscard]] static std::size_t packed_size(std::size_t components) { return components + 3; }
  void pack(std::size_t index, Number* into) const;
  /// Adds what has been packed, or puts it in the place of what its item has.
  void add_packed(const Number* from);
  void put_packed(const Number* from);

  /// The place of an item among the rows, whether it has been touched or not, which counts as no occurrence.
  [[nodiscard]] std::size_t index_of(ItemIndex item) {
    auto& slot = slots_[item];
    if (slot == kUntouched) {
      slot = append(item);
    }
    return slot;
  }

  /// Rows in the order in which items were first touched, (row_count(), components()).
  [[nodiscard]] std::size_t row_count() const { return row_count_; }
  [[nodiscard]] Number* row(std::size_t index) { return rows_.data() + index * components_; }
  [[nodiscard]] const Number* row(std::size_t index) const { return rows_.data() + index * components_; }
  [[nodiscard]] std::span<const Head> heads() const { return std::span(heads_).first(row_count_); }
  [[nodiscard]] ItemIndex item_at(std::size_t index) const { return heads_[index].item; }

  /// Whether there are enough rows for for_each_by_item() to be worth its look at every 64 items.
  [[nodiscard]] bool is_dense() const { return touched_.size() <= row_count_; }
  /// Calls f(index) for each row whose item has its bit in `mask`, which repeats, by rising item.
  template <typename F>
  void for_each_by_item(std::span<const std::uint64_t> mask, F&& f) const {
    for (std::size_t word = 0; word < touched_.size(); ++word) {
      for (auto bits = touched_[word] & mask[word % mask.size()]; bits != 0; bits &= bits - 1) {
        f(slots_[word * kWord + static_cast<std::size_t>(std::countr_zero(bits))]);
      }
    }
  }

  /// What one unit in the table is worth: 2^-bits.
  [[nodiscard]] float unit() const { return unit_; }
  [[nodiscard]] const ItemScale& scale() const { return scale_; }

  /// The largest magnitude of a contribution since the start: above kClip something was clipped.
  [[nodiscard]] float largest() const { return rounding_.largest() * unit(); }

  void clear();

 private:
  static constexpr std::uint32_t kUntouched = 0xFFFFFFFFU;
  static constexpr std::size_t kWord = 64;

  std::uint32_t append(ItemIndex item);
  [[nodiscard]] Head packed_head(const Number* packed) const;

  std::size_t components_;
  ItemScale scale_;
  float unit_;
  Rounding rounding_;
  bool is_shared_;
  std::size_t row_count_ = 0;
  std::vector<std::uint32_t> slots_;     // (n_items) row of an item in rows_
  std::vector<std::uint64_t> touched_;   // a bit for each item: it has one
  kernels::AlignedVector<Number> rows_;  // as many as a global batch can touch
  kernels::AlignedVector<Head> heads_;   // of each
  std::vector<Row> opened_;              // (candidates of an example)
};

}  // namespace ampcf::parallel
