#pragma once

#include "ampcf/communication/communicator.hpp"

namespace ampcf::training {

/// Collective. ampcf-train: reads the command line and trains.
[[nodiscard]] ExitCode run_program(int argc, const char* const* argv, const communication::Communicator& communicator);

}  // namespace ampcf::training
