#include "ampcf/parallel/fixed_point.hpp"

#include "ampcf/kernels/prefetch.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace ampcf::parallel {

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
      is_shared_(memory.is_shared),
      slots_(item_count, kUntouched),
      touched_((item_count + kWord - 1) / kWord),
      rows_(capacity(item_count, largest_batch, candidates_per_example) * components, memory.rows),
      heads_(capacity(item_count, largest_batch, candidates_per_example), memory.heads),
      opened_(candidates_per_example) {}

std::uint32_t ItemGradients::append(ItemIndex item) {
  const auto slot = static_cast<std::uint32_t>(row_count_++);
  if (is_shared_) {
    const auto ahead = std::min(slot + kernels::rows_ahead(components_), heads_.size() - 1);
    kernels::ask_to_write(row(ahead), components_);
    kernels::ask_to_write(heads_.data() + ahead, 1);
  }
  std::fill_n(row(slot), components_, 0);
  heads_[slot] = {0, 0, item};
  touched_[item / kWord] |= std::uint64_t{1} << (item % kWord);
  return slot;
}

void ItemGradients::add(const Head& head, const Number* row) {
  const auto index = index_of(head.item);
  std::transform(row, row + components_, this->row(index), this->row(index), std::plus<>());
  heads_[index].bias += head.bias;
  heads_[index].occurrences += head.occurrences;
}

void ItemGradients::pack(std::size_t index, Number* into) const {
  const auto& head = heads_[index];
  into = std::copy_n(row(index), components_, into);
  *into++ = head.bias;
  *into++ = std::bit_cast<Number>(head.occurrences);
  *into = std::bit_cast<Number>(head.item);
}

ItemGradients::Head ItemGradients::packed_head(const Number* packed) const {
  return {packed[components_], std::bit_cast<std::uint32_t>(packed[components_ + 1]), item_of(packed[components_ + 2])};
}

void ItemGradients::add_packed(const Number* from) { add(packed_head(from), from); }

void ItemGradients::put_packed(const Number* from) {
  const auto head = packed_head(from);
  const auto index = index_of(head.item);
  std::copy_n(from, components_, row(index));
  heads_[index] = head;
}

void ItemGradients::clear() {
  for (const auto& head : heads()) {
    slots_[head.item] = kUntouched;
    touched_[head.item / kWord] = 0;
  }
  row_count_ = 0;
}

}  // namespace ampcf::parallel
