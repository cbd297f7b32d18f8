#pragma once

#include "ampcf/core/error.hpp"

namespace ampcf::report {

/// ampcf-report: reads the command line, then runs and metrics, and writes one HTML page about them.
[[nodiscard]] ExitCode run_program(int argc, const char* const* argv);

}  // namespace ampcf::report
