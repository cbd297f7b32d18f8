#include "ampcf/parallel/fixed_point.hpp"

#include <algorithm>
#include <cmath>

namespace ampcf::parallel {

namespace {

// The most bits b for which a sum of magnitude `largest` in units of 2^-b, and what rounding adds to it, stays below
// 2^31.
int bits_below_overflow(double largest) { return 30 - static_cast<int>(std::ceil(std::log2(largest))); }

}  // namespace

ItemScale ItemScale::of(std::uint64_t largest_batch, std::size_t candidates_per_example,
                        const Occurrences& occurrences) {
  const double expected = occurrences.mean * static_cast<double>(largest_batch);
  // Where positives differ, an item comes in clumps: as many times rarer, each as large.
  const double clump = 1.0 + occurrences.of_one;
  const double likely = std::ceil(expected + 10.0 * std::sqrt(expected * clump) + 16.0 * clump);
  const double possible = static_cast<double>(largest_batch) * static_cast<double>(candidates_per_example);
  const double most = std::min(likely, possible);
  return {bits_below_overflow(most * static_cast<double>(kClip)), static_cast<std::uint64_t>(most)};
}

ItemGradients::ItemGradients(std::size_t components, std::uint64_t item_count, std::uint64_t largest_batch,
                             std::size_t candidates_per_example, const ItemScale& scale, const Memory& memory)
    : components_(components),
      scale_(scale),
      unit_(1.0F / scale.factor()),
      rounding_(ItemScale::kClip * scale.factor()),
      slots_(item_count, kUntouched),
      rows_(capacity(components, item_count, largest_batch, candidates_per_example), memory),
      opened_(candidates_per_example) {}

std::uint32_t ItemGradients::append(ItemIndex item) {
  const auto slot = static_cast<std::uint32_t>(row_count_++);
  Number* const row = rows_.data() + slot * row_stride();
  std::fill_n(row, row_stride(), 0);
  row[item_column()] = std::bit_cast<Number>(item);
  return slot;
}

void ItemGradients::add_row(const Number* other) {
  Number* const into = row_of(item_of(other[item_column()]));
  for (std::size_t column = 0; column < item_column(); ++column) {
    into[column] += other[column];
  }
}

void ItemGradients::clear() {
  for (std::size_t index = 0; index < row_count_; ++index) {
    slots_[item_at(index)] = kUntouched;
  }
  row_count_ = 0;
}

FormGradient::FormGradient(const model::Dimensions& dimensions, std::uint64_t parts, std::uint64_t largest_share,
                           float gradient_scale, const Memory& memory)
    : padded_dim_(dimensions.padded_dim()),
      factor_(1.0F),
      rescale_(1.0F),
      limit_(static_cast<float>(largest_share) * kClip),
      sums_(size(dimensions), memory) {
  const auto bits = std::min(bits_below_overflow(static_cast<double>(parts) * static_cast<double>(limit_)),
                             21 - static_cast<int>(std::ceil(std::log2(limit_))));
  factor_ = std::ldexp(1.0F, bits);
  rescale_ = factor_ / gradient_scale;
  limit_ *= factor_;
}

void FormGradient::clear() { std::fill(sums_.begin(), sums_.end(), 0); }

}  // namespace ampcf::parallel
