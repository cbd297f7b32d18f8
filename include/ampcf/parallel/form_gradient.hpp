#pragma once

#include "ampcf/model/parameters.hpp"
#include "ampcf/parallel/fixed_point.hpp"

namespace ampcf::parallel {

/// The gradient of the folded attention form: partial sums in fixed point, of shards, or of parts of the items where
/// these are projected. A number of a partial sum is clipped to +-kClip for each of `largest_share` positives, so a
/// total stays below parts * largest_share * kClip * 2^bits < 2^31, and a partial sum below 2^22. Sink of
/// model::BatchGradient<float>.
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
  /// bits whichever are added together, and in any order. Not a number counts as the most that there may be.
  void add_products(const float* a, const float* b, std::span<const std::size_t> starts);

  /// (padded d, padded d), in units of unit(); empty where no attention is learned.
  [[nodiscard]] std::span<Number> sums() { return sums_; }
  [[nodiscard]] float unit() const { return 1.0F / factor_; }
  void clear();

 private:
  std::size_t padded_dim_;
  float factor_;
  float rescale_;  // from gradient_scale to factor_
  float limit_;    // of a partial sum, in units
  kernels::AlignedVector<Number> sums_;
};

}  // namespace ampcf::parallel
