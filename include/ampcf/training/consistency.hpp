#pragma once

#include "ampcf/checkpoint/state.hpp"

namespace ampcf::training {

/// Collective. Refuses ranks that run different programs: a result is a function of data, options and seed only where
/// all ranks compute with the same binary. Throws a UsageError that names the ranks.
void require_same_program(const communication::Communicator& communicator);

/// Collective. Compares a hash of what every rank holds alike: items, projections, their moments. Throws RuntimeError
/// naming the ranks that differ from the most.
void require_same_replicas(const communication::Communicator& communicator, const checkpoint::TrainingState& state);

}  // namespace ampcf::training
