#pragma once

#include "ampcf/communication/communicator.hpp"
#include "ampcf/core/log.hpp"
#include "ampcf/training/options.hpp"

namespace ampcf::training {

/// Collective. --dry-run: prints on rank 0 what the run would need, refuses with a RuntimeError what does not fit into
/// the nodes' memory, then predicts the time of an epoch. Writes nothing.
void dry_run(const communication::Communicator& communicator, Log& log, const TrainingOptions& options);

}  // namespace ampcf::training
