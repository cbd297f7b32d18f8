#include "training/item_counts.hpp"

namespace ampcf::training {

std::vector<std::uint64_t> count_items(const communication::Communicator& communicator,
                                       const dataset::Interactions& interactions, std::uint64_t item_count) {
  std::vector<std::uint64_t> counts(item_count);
  for (const auto item : interactions.item) {
    ++counts[item];
  }
  communicator.sum(std::span<std::uint64_t>(counts));
  return counts;
}

}  // namespace ampcf::training
