#pragma once

#include "ampcf/model/mini_batch.hpp"

#include <span>
#include <vector>

namespace ampcf::model {

/// The running mean of each user's attention on his positives, what the balance term weighs personas by: a persona
/// that has had little of the attention is worth more of it. A mean over about the last twenty positives; that of a
/// user without any is uniform.
struct PersonaShares {
  std::size_t personas = 0;  // r; 0 where no balance is asked for
  std::vector<float> rows;   // (local users, r)

  PersonaShares() = default;
  PersonaShares(std::size_t r, std::uint64_t users) : personas(r), rows(users * r, 1.0F / static_cast<float>(r)) {}

  /// Takes in a batch's attention sums (batch.users.size(), r). The bits of a user's row depend on his examples alone.
  void take_in(const MiniBatch& batch, std::span<const float> attention_sums);
};

}  // namespace ampcf::model
