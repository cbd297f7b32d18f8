#pragma once

#include "ampcf/communication/communicator.hpp"

namespace ampcf::sweep {

/// Collective. ampcf-sweep: reads the command line and the sweep file, and trains.
[[nodiscard]] ExitCode run_program(int argc, const char* const* argv, const communication::Communicator& world);

}  // namespace ampcf::sweep
