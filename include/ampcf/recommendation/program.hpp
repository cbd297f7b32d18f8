#pragma once

#include "ampcf/communication/communicator.hpp"

namespace ampcf::recommendation {

/// Collective. ampcf-recommend: reads the command line and prints or writes what it asks for. Lists of all users are
/// made by all ranks, anything else by rank 0.
[[nodiscard]] ExitCode run_program(int argc, const char* const* argv, const communication::Communicator& communicator);

}  // namespace ampcf::recommendation
