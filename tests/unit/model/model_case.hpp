#pragma once

#include "reference.hpp"

namespace ampcf::model::testing {

struct CaseShape {
  std::size_t personas;
  std::size_t dim;
  std::size_t attention_dim;
  bool is_identity;
  std::size_t negatives;
  bool has_log_q;
  bool is_balanced = false;
  bool is_long = false;  // more examples than a block, and users who have some in two blocks
};

/// A small random model and a batch in which users and items repeat, also inside one example.
struct ModelCase {
  SharedParameters<double> shared;
  Personas<double> personas;
  MiniBatch batch;
  LossWeights weights{0.6, 0.7, 0.3};
  std::vector<double> log_probabilities;
  std::vector<double> shares;  // (users, r) where the case is balanced

  explicit ModelCase(const CaseShape& s) {
    const Dimensions shape{s.personas, s.dim, s.attention_dim, s.is_identity};
    const std::uint64_t item_count = 9;
    shared = SharedParameters<double>(shape, item_count);
    personas = Personas<double>(shape, {10, s.is_long ? 40U : 14U});
    initialize(personas, 0.6, 3);
    initialize(shared, 0.6, 0.3, 4);
    random::Draws draws(5, random::Stream::generation, 0);
    for (std::uint64_t item = 0; item < item_count; ++item) {
      shared.biases[item] = draws.next_unit() - 0.5;
    }
    if (s.has_log_q) {
      for (std::uint64_t item = 0; item < item_count; ++item) {
        log_probabilities.push_back(-3.0 * draws.next_unit());
      }
    }
    if (s.is_balanced) {
      weights.lambda_balance = 0.8;
      for (std::size_t i = 0; i < personas.users.count() * s.personas; ++i) {
        shares.push_back(0.02 + draws.next_unit());
      }
    }
    batch.candidates_per_example = s.negatives + 1;
    batch.users = {0, 2, 3};
    batch.slot = {0, 0, 1, 2, 2};
    batch.shard_first_slot = {0, 1, 1, 3};
    if (s.is_long) {
      add_users();
    }
    for (std::size_t i = 0; i < batch.size() * batch.candidates_per_example; ++i) {
      batch.candidates.push_back(draws.next_below(item_count));
    }
  }

  // One with 30 examples, from the first block into the third; then 20 with one or two.
  void add_users() {
    for (std::uint32_t user = 5; user <= 25; ++user) {
      const auto slot = static_cast<std::uint32_t>(batch.users.size());
      batch.users.push_back(user);
      batch.slot.insert(batch.slot.end(), user == 5 ? 30 : 1 + user % 2, slot);
    }
    batch.shard_first_slot.insert(batch.shard_first_slot.end(), {10, static_cast<std::uint32_t>(batch.users.size())});
  }

  [[nodiscard]] double reference_loss() const {
    return testing::reference_loss(shared, personas, batch, weights, log_probabilities, shares);
  }

  [[nodiscard]] SharedParameters<float> shared_as_float() const {
    SharedParameters<float> copy(shared.dimensions, shared.item_count);
    copy.items.assign(shared.items.begin(), shared.items.end());
    copy.biases.assign(shared.biases.begin(), shared.biases.end());
    copy.user_projection.assign(shared.user_projection.begin(), shared.user_projection.end());
    copy.item_projection.assign(shared.item_projection.begin(), shared.item_projection.end());
    return copy;
  }

  [[nodiscard]] Personas<float> personas_as_float() const {
    Personas<float> copy(personas.dimensions, personas.users);
    copy.rows.assign(personas.rows.begin(), personas.rows.end());
    return copy;
  }
};

}  // namespace ampcf::model::testing
