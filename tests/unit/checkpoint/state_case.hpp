#pragma once

#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/checkpoint/state.hpp"
#include "support/error_of.hpp"
#include "support/temporary_directory.hpp"
#include "support/text_of.hpp"

#include <algorithm>
#include <fstream>
#include <string>

namespace ampcf::checkpoint::testing {

using ampcf::testing::error_of;
using ampcf::testing::TemporaryDirectory;
using ampcf::testing::text_of;
using ampcf::testing::world;

inline constexpr std::uint64_t kUsers = 23;
inline constexpr std::uint64_t kItems = 11;
inline const Header kHeader{"fingerprint", "personas = 3\n", kUsers};

/// The users of one rank out of several; the last of more than two ranks has none.
inline UserRange users_of(int rank, int ranks) {
  const auto owners = static_cast<std::uint64_t>(ranks > 2 ? ranks - 1 : ranks);
  const auto first = std::min(static_cast<std::uint64_t>(rank), owners);
  return {kUsers * first / owners, kUsers * std::min(first + 1, owners) / owners};
}

/// A state in which every number tells its place.
inline TrainingState state_of(UserRange users) {
  const model::Dimensions shape{3, 5, 7, false};
  TrainingState state(shape, users, kItems, {.shares = true});
  for (std::uint64_t user = 0; user < users.count(); ++user) {
    const auto value = static_cast<float>(users.first + user + 1);
    for (std::size_t k = 0; k < shape.personas; ++k) {
      for (std::size_t i = 0; i < shape.dim; ++i) {
        const auto at = user * shape.user_stride() + k * shape.padded_dim() + i;
        state.personas.rows[at] = value + static_cast<float>(k * 10 + i) * 0.01F;
        state.persona_moments.first[at] = -value;
        state.persona_moments.second[at] = value * 0.5F;
      }
    }
    state.persona_shares.rows[user * shape.personas] = 1.0F / value;
    state.persona_moments.updates[user] = static_cast<std::uint32_t>(users.first + user);
  }
  for (std::uint64_t item = 0; item < kItems; ++item) {
    for (std::size_t i = 0; i < shape.dim; ++i) {
      state.shared.item(item)[i] = static_cast<float>(item * 100 + i);
    }
    state.shared.biases[item] = static_cast<float>(item) * 0.1F;
    state.item_moments.updates[item] = static_cast<std::uint32_t>(item * 3);
    state.bias_moments.second[item] = static_cast<float>(item) * 0.3F;
  }
  state.progress.epoch = 2;
  state.progress.step = 41;
  state.progress.epoch_step = 7;
  state.progress.loss_sums = {1, -2, 3, -4, 5};
  state.progress.log_rows = {"1,2.0,3", "2,2.5,4"};
  return state;
}

/// Whether two states of the same users are the same in every bit.
inline bool is_same(const TrainingState& a, const TrainingState& b) {
  const auto same = [](const optimizer::MomentTable& x, const optimizer::MomentTable& y) {
    return x.first == y.first && x.second == y.second && x.updates == y.updates;
  };
  return a.personas.rows == b.personas.rows && a.persona_shares.rows == b.persona_shares.rows &&
         a.shared.items == b.shared.items && a.shared.user_projection == b.shared.user_projection &&
         a.shared.item_projection == b.shared.item_projection && same(a.persona_moments, b.persona_moments) &&
         same(a.item_moments, b.item_moments) && a.shared.biases == b.shared.biases &&
         a.bias_moments.first == b.bias_moments.first && a.bias_moments.second == b.bias_moments.second &&
         same(a.user_projection_moments, b.user_projection_moments) &&
         same(a.item_projection_moments, b.item_projection_moments) && a.progress.epoch == b.progress.epoch &&
         a.progress.step == b.progress.step && a.progress.epoch_step == b.progress.epoch_step &&
         a.progress.loss_sums == b.progress.loss_sums && a.progress.log_rows == b.progress.log_rows &&
         a.progress.best_sum == b.progress.best_sum;
}

}  // namespace ampcf::checkpoint::testing
