#include "ampcf/parallel/fixed_point.hpp"

#include <algorithm>
#include <cmath>

namespace ampcf::parallel {

ItemScale ItemScale::of(std::uint64_t largest_batch, std::size_t candidates_per_example, double largest_share) {
  const double expected = largest_share * static_cast<double>(largest_batch);
  const double likely = std::ceil(expected + 10.0 * std::sqrt(expected) + 16.0);
  const double possible = static_cast<double>(largest_batch) * static_cast<double>(candidates_per_example);
  const double most = std::min(likely, possible);
  return {static_cast<int>(std::floor(31.0 - std::log2(most * kClip))) - 1, static_cast<std::uint64_t>(most)};
}

ItemGradients::ItemGradients(const model::Dimensions& dimensions, std::uint64_t item_count, const ItemScale& scale)
    : padded_dim_(dimensions.padded_dim()),
      scale_(scale),
      factor_(std::ldexp(1.0F, scale.bits)),
      limit_(ItemScale::kClip * factor_),
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
  for (std::size_t lane = 0; lane < kernels::kLanes; ++lane) {
    clipped_ += static_cast<std::uint64_t>(clips_[lane]);
  }
  clips_ = kernels::Integers{};
}

FormGradient::FormGradient(const model::Dimensions& dimensions)
    : sums_(dimensions.is_identity ? 0 : dimensions.padded_dim() * dimensions.padded_dim()) {}

void FormGradient::add(const float* partial) {
  // Adding 1.5 * 2^52 units rounds to a multiple of one unit, 2^-28; the same number subtracted leaves that multiple.
  constexpr double kRounder = 0x1.8p24;
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    const double clipped = std::min(std::max(static_cast<double>(partial[i]), -4096.0), 4096.0);
    sums_[i] += (clipped + kRounder) - kRounder;
  }
}

void FormGradient::clear() { std::fill(sums_.begin(), sums_.end(), 0.0); }

}  // namespace ampcf::parallel
