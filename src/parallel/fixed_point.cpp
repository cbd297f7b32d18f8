#include "ampcf/parallel/fixed_point.hpp"

#include <algorithm>
#include <cmath>

namespace ampcf::parallel {

namespace {

// The most bits b for which a sum of magnitude `largest` in units of 2^-b, and what rounding adds to it, stays below
// 2^31.
int bits_below_overflow(double largest) { return 30 - static_cast<int>(std::ceil(std::log2(largest))); }

}  // namespace

std::uint64_t Rounding::take_clipped() {
  std::uint64_t clipped = 0;
  for (std::size_t lane = 0; lane < kernels::kLanes; ++lane) {
    clipped += static_cast<std::uint64_t>(clips_[lane]);
  }
  clips_ = kernels::Integers{};
  return clipped;
}

ItemScale ItemScale::of(std::uint64_t largest_batch, std::size_t candidates_per_example, double largest_share) {
  const double expected = largest_share * static_cast<double>(largest_batch);
  const double likely = std::ceil(expected + 10.0 * std::sqrt(expected) + 16.0);
  const double possible = static_cast<double>(largest_batch) * static_cast<double>(candidates_per_example);
  const double most = std::min(likely, possible);
  return {bits_below_overflow(most * static_cast<double>(kClip)), static_cast<std::uint64_t>(most)};
}

ItemGradients::ItemGradients(const model::Dimensions& dimensions, std::uint64_t item_count, const ItemScale& scale)
    : padded_dim_(dimensions.padded_dim()),
      scale_(scale),
      factor_(std::ldexp(1.0F, scale.bits)),
      rounding_(ItemScale::kClip * factor_),
      slots_(item_count, kUntouched) {}

std::uint32_t ItemGradients::append(ItemIndex item) {
  const auto slot = static_cast<std::uint32_t>(row_count_++);
  if (row_count_ * row_size() > rows_.size()) {
    rows_.resize(row_count_ * row_size() * 2);
  }
  std::int32_t* const row = rows_.data() + slot * row_size();
  std::fill_n(row, row_size(), 0);
  row[item_column()] = static_cast<std::int32_t>(item);
  return slot;
}

void ItemGradients::add_row(const std::int32_t* other) {
  std::int32_t* const row = open(static_cast<ItemIndex>(other[item_column()]));
  for (std::size_t column = 0; column < item_column(); ++column) {
    row[column] += other[column];
  }
}

void ItemGradients::clear() {
  for (std::size_t slot = 0; slot < row_count_; ++slot) {
    slots_[static_cast<ItemIndex>(rows_[slot * row_size() + item_column()])] = kUntouched;
  }
  row_count_ = 0;
  clipped_ += rounding_.take_clipped();
}

FormGradient::FormGradient(const model::Dimensions& dimensions, std::uint64_t shards, std::uint64_t largest_share)
    : padded_dim_(dimensions.padded_dim()),
      factor_(std::ldexp(
          1.0F, bits_below_overflow(static_cast<double>(shards * largest_share) * static_cast<double>(kClip)))),
      rounding_(static_cast<float>(largest_share) * kClip * factor_),
      sums_(dimensions.is_identity ? 0 : padded_dim_ * padded_dim_) {}

void FormGradient::clear() { std::fill(sums_.begin(), sums_.end(), 0); }

}  // namespace ampcf::parallel
