#include "ampcf/sampling/epoch_order.hpp"

#include "ampcf/random/philox.hpp"

#include <numeric>
#include <utility>

namespace ampcf::sampling {

void shuffle_epoch(std::span<std::uint32_t> order, std::uint64_t seed, std::uint64_t shard, std::uint64_t epoch) {
  std::iota(order.begin(), order.end(), 0U);
  random::Draws draws(seed, random::Stream::epoch_order, shard, static_cast<std::uint32_t>(epoch));
  for (auto left = static_cast<std::uint32_t>(order.size()); left > 1; --left) {
    std::swap(order[left - 1], order[draws.next_below(left)]);
  }
}

}  // namespace ampcf::sampling
