#pragma once

#include "ampcf/communication/communicator.hpp"

namespace ampcf::evaluation {

/// Collective. ampcf-evaluate: reads the command line, measures, prints and writes the results.
[[nodiscard]] ExitCode run_program(int argc, const char* const* argv, const communication::Communicator& communicator);

}  // namespace ampcf::evaluation
