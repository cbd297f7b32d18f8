#pragma once

#include "ampcf/core/types.hpp"

#include <cstdint>
#include <vector>

namespace ampcf::sampling {

/// Draws items in proportion to weights in constant time.
/// Source: Walker 1977, Vose, A linear algorithm for generating random numbers with a given distribution, 1991.
class AliasTable {
 public:
  /// `weights` are 0 or more and not all 0; throws UsageError otherwise.
  explicit AliasTable(std::vector<double> weights);

  /// The item for two random words, one for the slot and one for the coin.
  [[nodiscard]] ItemIndex draw(std::uint32_t slot_word, std::uint32_t coin_word) const {
    const auto slot = static_cast<std::uint32_t>((static_cast<std::uint64_t>(slot_word) * slots_.size()) >> 32U);
    const auto [threshold, alias] = slots_[slot];
    const auto keeps = -static_cast<std::uint32_t>(coin_word < threshold);  // no branch: nobody foresees a coin
    return (slot & keeps) | (alias & ~keeps);
  }

  [[nodiscard]] std::size_t size() const { return slots_.size(); }
  /// The probability of an item, as the weights gave it.
  [[nodiscard]] double probability(ItemIndex item) const { return probabilities_[item]; }

 private:
  struct Slot {
    std::uint32_t threshold;  // coin words below it keep the slot's own item
    ItemIndex alias;
  };
  std::vector<Slot> slots_;
  std::vector<double> probabilities_;
};

}  // namespace ampcf::sampling
