#pragma once

#include <cstdint>

namespace ampcf {

using ItemIndex = std::uint32_t;  ///< row of /items/id; items are replicated, so there is no local form
using UserIndex = std::uint64_t;  ///< row of /users/id, the same on every rank
using Position = std::uint64_t;   ///< index of an interaction in the whole /train/item

inline constexpr std::int64_t kNoItem = -1;             ///< a user without a held-out item
inline constexpr ItemIndex kNoCandidate = 0xFFFFFFFFU;  ///< padding of a short candidate list

/// A half-open range of users, [first, last).
struct UserRange {
  UserIndex first = 0;
  UserIndex last = 0;

  [[nodiscard]] std::uint64_t count() const { return last - first; }
  [[nodiscard]] bool contains(UserIndex user) const { return first <= user && user < last; }
};

}  // namespace ampcf
