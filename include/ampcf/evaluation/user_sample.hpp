#pragma once

#include "ampcf/core/types.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace ampcf::evaluation {

/// `count` of the users 0 .. users - 1, ascending, each set of that size equally likely: a function of the arguments
/// alone. Everyone where `count` is not below `users`.
[[nodiscard]] std::vector<UserIndex> sample_users(std::uint64_t users, std::uint64_t count, std::uint64_t seed);

/// The part of an ascending list that lies in a range.
[[nodiscard]] std::span<const UserIndex> part_in(std::span<const UserIndex> users, UserRange range);

}  // namespace ampcf::evaluation
