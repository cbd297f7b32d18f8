#pragma once

#include "ampcf/checkpoint/state.hpp"
#include "evaluation_data.hpp"
#include "support/temporary_directory.hpp"

namespace ampcf::testing {

/// Collective. A checkpoint of random parameters for a dataset, of whatever dimensions, as if after four epochs.
inline void write_random_model(const std::filesystem::path& path, const EvaluationData& data,
                               const std::string& fingerprint, const model::Dimensions& dimensions,
                               std::uint64_t seed) {
  world().agree([&] {
    if (world().rank() == 0) {
      checkpoint::TrainingState state(dimensions, {0, data.users.size()}, data.items);
      model::initialize(state.personas, 0.9, seed);
      model::initialize(state.shared, 0.9, 0.3, seed);
      state.progress.epoch = 4;
      state.progress.step = 44;
      const auto config = "personas = " + std::to_string(dimensions.personas) + "\n";
      checkpoint::write_state(path, communication::Communicator::alone(), {fingerprint, config, data.users.size()},
                              state);
    }
  });
}

}  // namespace ampcf::testing
