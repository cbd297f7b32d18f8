#pragma once

#include <spdlog/logger.h>

#include <memory>

namespace ampcf {

/// Messages for people, on stderr; results go to stdout. Passed as an argument, never a global.
using Log = spdlog::logger;

/// A log whose lines carry the rank where there are several; ranks above 0 print warnings and errors alone.
[[nodiscard]] std::shared_ptr<Log> make_log(int rank = 0, int size = 1);

/// Whether stderr is a terminal, where progress bars and colour make sense.
[[nodiscard]] bool stderr_is_terminal();

}  // namespace ampcf
