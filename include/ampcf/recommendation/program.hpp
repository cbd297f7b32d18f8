#pragma once

#include "ampcf/core/error.hpp"

namespace ampcf::recommendation {

/// ampcf-recommend: reads the command line and prints the lists of the users it names.
[[nodiscard]] ExitCode run_program(int argc, const char* const* argv);

}  // namespace ampcf::recommendation
