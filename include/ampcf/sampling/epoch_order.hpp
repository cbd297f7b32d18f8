#pragma once

#include <cstdint>
#include <span>

namespace ampcf::sampling {

/// The order in which a shard visits its interactions in an epoch: a permutation of 0..order.size()-1 that is a pure
/// function of (seed, shard, epoch). Source: Fisher and Yates 1938, Durstenfeld 1964.
void shuffle_epoch(std::span<std::uint32_t> order, std::uint64_t seed, std::uint64_t shard, std::uint64_t epoch);

}  // namespace ampcf::sampling
