#pragma once

#include "dataset/sequences.hpp"

namespace ampcf::dataset {

/// Who stays.
struct Survivors {
  std::vector<bool> user;    // (n_users)
  std::vector<bool> item;    // (n_items)
  std::uint64_t rounds = 0;  // passes in which somebody was dropped
};

/// Drops users with fewer than `least_user_items` items and items with fewer than `least_item_users` users, all at
/// once, and again until nothing changes. Whoever has nothing at all is dropped at any setting. Time and memory are
/// those of the interactions, however many rounds it takes.
[[nodiscard]] Survivors filter(const Sequences& sequences, std::size_t item_count, std::uint64_t least_user_items,
                               std::uint64_t least_item_users);

/// Draws `count` of the users who stay, each set equally likely (all of them where they are fewer), and leaves
/// everybody else without items. Depends on users' numbers and the seed alone.
void keep_sample(Sequences& sequences, const Survivors& stays, std::uint64_t count, std::uint64_t seed);

/// Numbers the survivors anew, in their old order.
struct Renumbering {
  static constexpr std::uint32_t kDropped = 0xFFFFFFFFU;

  std::vector<std::uint32_t> new_of;  // kDropped for the dropped
  std::vector<std::uint32_t> old_of;

  explicit Renumbering(const std::vector<bool>& stays);
};

/// The sequences of surviving users without dropped items, in new numbers.
[[nodiscard]] Sequences renumbered(const Sequences& sequences, const Renumbering& users, const Renumbering& items);

}  // namespace ampcf::dataset
