#pragma once

#include "ampcf/random/philox.hpp"
#include "dataset/sequences.hpp"

namespace ampcf::dataset {

/// Which item of a user is held out.
enum class HoldOutRule { last, random, none };

/// One item of each user, or kNoItem: from the user's sequence without the item `already_out` (n_users), and only
/// where another one stays behind. Random ones are a function of (seed, stream, user).
[[nodiscard]] std::vector<std::int64_t> hold_out(const Sequences& sequences,
                                                 const std::vector<std::int64_t>& already_out, HoldOutRule rule,
                                                 std::uint64_t seed, random::Stream stream);

}  // namespace ampcf::dataset
