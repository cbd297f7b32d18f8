#include "ampcf/evaluation/explanations/naming.hpp"

#include "ampcf/kernels/exponential.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace ampcf::evaluation {

Naming::Naming(const model::SharedParameters<float>& shared)
    : scorer_(shared), attention_(shared.dimensions.personas) {}

Named Naming::of(ItemIndex item) {
  scorer_.attention(item, attention_);
  const auto strongest = std::max_element(attention_.begin(), attention_.end());
  return {static_cast<std::size_t>(strongest - attention_.begin()), *strongest};
}

std::vector<Named> Naming::of(std::span<const ItemIndex> items) {
  std::vector<Named> names;
  names.reserve(items.size());
  for (const auto item : items) {
    names.push_back(of(item));
  }
  return names;
}

std::vector<std::uint64_t> counts_of(std::span<const Named> names, std::size_t personas) {
  std::vector<std::uint64_t> counts(personas, 0);
  for (const auto& name : names) {
    ++counts[name.persona];
  }
  return counts;
}

double effective_number_of(std::span<const std::uint64_t> counts) {
  const auto total = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  if (total == 0.0) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  double entropy = 0.0;
  for (const auto count : counts) {
    if (count > 0) {
      const double share = static_cast<double>(count) / total;
      entropy -= share * kernels::logarithm(share);
    }
  }
  return kernels::exponential(entropy);
}

}  // namespace ampcf::evaluation
