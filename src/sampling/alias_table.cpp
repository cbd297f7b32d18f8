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

AliasTable::AliasTable(std::span<const double> weights) : slots_(weights.size()), probabilities_(weights.size()) {
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (!(total > 0.0) || !std::isfinite(total) || *std::min_element(weights.begin(), weights.end()) < 0.0) {
    throw UsageError("cannot sample from {} weights that sum to {}", weights.size(), total);
  }
  std::vector<double> share(weights.size());  // of a slot that is still to be given away; 1 is a full slot
  std::vector<ItemIndex> small;
  std::vector<ItemIndex> large;
  for (ItemIndex item = 0; item < weights.size(); ++item) {
    probabilities_[item] = weights[item] / total;
    share[item] = probabilities_[item] * static_cast<double>(weights.size());
    (share[item] < 1.0 ? small : large).push_back(item);
  }
  while (!small.empty() && !large.empty()) {
    const auto poor = small.back();
    const auto rich = large.back();
    small.pop_back();
    slots_[poor] = {threshold_of(share[poor]), rich};
    share[rich] -= 1.0 - share[poor];
    if (share[rich] < 1.0) {
      large.pop_back();
      small.push_back(rich);
    }
  }
  for (const auto* const rest : {&small, &large}) {
    for (const auto item : *rest) {
      slots_[item] = {threshold_of(1.0), item};
    }
  }
}

}  // namespace ampcf::sampling
