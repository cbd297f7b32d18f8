#pragma once

#include "ampcf/core/types.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace ampcf::model {

/// One rank's part of a global mini-batch: positives with their negatives, grouped by shard and inside it by user.
struct MiniBatch {
  std::size_t candidates_per_example = 0;       // |N| + 1
  std::vector<std::uint64_t> users;             // (U) distinct local users
  std::vector<std::uint32_t> slot;              // (B) which of `users` an example belongs to, rising
  std::vector<ItemIndex> candidates;            // (B, |N| + 1), the positive first
  std::vector<std::uint32_t> shard_first_slot;  // (shards + 1) where each shard's users begin in `users`

  [[nodiscard]] std::size_t size() const { return slot.size(); }
  [[nodiscard]] std::span<const ItemIndex> candidates_of(std::size_t example) const {
    return std::span(candidates).subspan(example * candidates_per_example, candidates_per_example);
  }
};

}  // namespace ampcf::model
