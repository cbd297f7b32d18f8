#pragma once

#include "ampcf/checkpoint/state.hpp"
#include "ampcf/dataset/dataset.hpp"

#include <filesystem>
#include <string>

namespace ampcf::training {

/// Collective. Refuses ranks that run different programs: a result is a function of data, options and seed only where
/// all ranks compute with the same binary. Throws a UsageError that names the ranks.
void require_same_program(const communication::Communicator& communicator);

/// Collective. Refuses ranks with other options (INI text), as from a --config file that each host has its own copy of.
/// Throws a UsageError that names the ranks.
void require_same_options(const communication::Communicator& communicator, const std::string& options);

/// Collective. The same for the dataset that each rank found under the name `path`: DataError.
void require_same_data(const communication::Communicator& communicator, const dataset::Dataset& dataset,
                       const std::filesystem::path& path);

/// Collective. Compares what the ranks have read under the name `path`. Throws RuntimeError naming the ranks that found
/// another checkpoint there than the most.
void require_same_checkpoint(const communication::Communicator& communicator, const std::filesystem::path& path,
                             const checkpoint::Progress& progress);

/// Collective. Compares a hash of what every rank holds alike: items, projections, their moments. Throws RuntimeError
/// naming the ranks that differ from the most.
void require_same_replicas(const communication::Communicator& communicator, const checkpoint::TrainingState& state);

}  // namespace ampcf::training
