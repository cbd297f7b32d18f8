#pragma once

#include "ampcf/random/philox.hpp"

#include <span>
#include <utility>

namespace ampcf::sampling {

/// Brings a shard's interactions into the order in which an epoch visits them: a permutation that is a pure function of
/// (seed, shard, epoch) and of how many there are, less than 2^32. Source: Fisher and Yates 1938, Durstenfeld 1964.
template <typename T>
void shuffle(std::span<T> order, std::uint64_t seed, std::uint64_t shard, std::uint64_t epoch) {
  random::Draws draws(seed, random::Stream::epoch_order, shard, static_cast<std::uint32_t>(epoch));
  for (auto left = static_cast<std::uint32_t>(order.size()); left > 1; --left) {
    std::swap(order[left - 1], order[draws.next_below(left)]);
  }
}

}  // namespace ampcf::sampling
