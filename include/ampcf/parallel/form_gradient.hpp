#pragma once

#include "ampcf/model/parameters.hpp"
#include "ampcf/parallel/fixed_point.hpp"

namespace ampcf::parallel {

/// The gradient of the folded attention form: partial sums in fixed point, of shards, or of parts of the items where
/// these are projected. A number of a partial sum is clipped to +-kClip for each of `largest_share` positives, so that
/// a total stays below parts * largest_share * kClip * 2^bits < 2^31. Sink of model::BatchGradient<float>.
///
/// Every product is rounded by itself, beside a float that leaves no bits for less than a unit, and none is halfway
/// between two of them: src/parallel/README.md.
class FormGradient {
 public:
  static constexpr float kClip = 8.0F;
  static constexpr std::uint64_t kMostShards = 4096;

  using Memory = kernels::CacheLineAllocator<Number>;

  /// `largest_share` is the largest part of a batch that one part has; what is added comes times `gradient_scale`. The
  /// sums shall lie in `memory`, with room for size() numbers.
  FormGradient(const model::Dimensions& dimensions, std::uint64_t parts, std::uint64_t largest_share,
               float gradient_scale, const Memory& memory = Memory());

  [[nodiscard]] static std::size_t size(const model::Dimensions& dimensions) {
    return dimensions.learns_attention() ? dimensions.padded_dim() * dimensions.padded_dim() : 0;
  }

  /// Adds a partial sum for each i, a^T b of the rows starts[i]..starts[i + 1]-1 of a and b (.., padded d): the same
  /// bits whichever are added together, and in any order. Numbers in these rows lose all but twelve significant bits.
  /// Infinity and what is not a number count as the most that there may be.
  void add_products(float* a, float* b, std::span<const std::size_t> starts);

  /// (padded d, padded d), in units of unit(); empty where no attention is learned.
  [[nodiscard]] std::span<Number> sums() { return sums_; }
  [[nodiscard]] float unit() const { return 1.0F / factor_; }
  void clear();

 private:
  std::size_t padded_dim_;
  float factor_;
  float gradient_scale_;
  float limit_;  // of a partial sum, in units
  kernels::AlignedVector<Number> sums_;
};

}  // namespace ampcf::parallel
