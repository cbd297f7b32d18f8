#pragma once

#include "ampcf/random/philox.hpp"

#include <cstdint>

namespace ampcf::generation {

/// What a word of Stream::generation is drawn for. A number is part of every result: append, never reorder.
enum class Purpose : std::uint32_t {
  item_order = 1,
  interaction_count = 2,
  personas = 3,
  history = 4,
};

/// Words of one user (0 for what belongs to all) and one purpose.
[[nodiscard]] inline random::Draws draws_for(std::uint64_t seed, Purpose purpose, std::uint64_t user) {
  return {seed, random::Stream::generation, user, static_cast<std::uint32_t>(purpose)};
}

}  // namespace ampcf::generation
