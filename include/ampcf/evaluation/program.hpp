#pragma once

#include "ampcf/communication/communicator.hpp"
#include "ampcf/evaluation/baselines.hpp"

namespace ampcf::evaluation {

/// Collective. ampcf-evaluate: reads the command line, measures, prints and writes the results. `baselines` is what
/// --baseline may name.
[[nodiscard]] ExitCode run_program(int argc, const char* const* argv, const communication::Communicator& communicator,
                                   const Baselines& baselines);

}  // namespace ampcf::evaluation
