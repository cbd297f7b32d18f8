#include "ampcf/sampling/alias_table.hpp"

#include "ampcf/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ampcf::sampling {

namespace {

// 2^32 would not fit a word: a full slot has its own item as alias instead.
std::uint32_t threshold_of(double share) {
  return static_cast<std::uint32_t>(std::clamp(share * 0x1p32, 0.0, 0x1p32 - 1.0));
}

}  // namespace

AliasTable::AliasTable(std::vector<double> weights) : slots_(weights.size()), probabilities_(std::move(weights)) {
  const auto size = probabilities_.size();
  const double total = std::accumulate(probabilities_.begin(), probabilities_.end(), 0.0);
  if (!(total > 0.0) || !std::isfinite(total) ||
      *std::min_element(probabilities_.begin(), probabilities_.end()) < 0.0) {
    throw UsageError("cannot sample from {} weights that sum to {}", size, total);
  }
  std::vector<double> share(size);    // of a slot that is still to be given away; 1 is a full slot
  std::vector<ItemIndex> work(size);  // two stacks that have room for all together: small from the front on, large
  std::size_t small = 0;              // from the back on
  std::size_t large = size;
  for (ItemIndex item = 0; item < size; ++item) {
    probabilities_[item] /= total;
    share[item] = probabilities_[item] * static_cast<double>(size);
    work[share[item] < 1.0 ? small++ : --large] = item;
  }
  while (small > 0 && large < size) {
    const auto poor = work[--small];
    const auto rich = work[large];
    slots_[poor] = {threshold_of(share[poor]), rich};
    share[rich] -= 1.0 - share[poor];
    if (share[rich] < 1.0) {
      ++large;
      work[small++] = rich;
    }
  }
  const auto fill = [&](ItemIndex item) { slots_[item] = {threshold_of(1.0), item}; };
  std::for_each_n(work.begin(), small, fill);
  std::for_each(work.begin() + static_cast<std::ptrdiff_t>(large), work.end(), fill);
}

}  // namespace ampcf::sampling
