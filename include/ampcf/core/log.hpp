#pragma once

#include "ampcf/core/log_options.hpp"

#include <spdlog/logger.h>

#include <memory>

namespace ampcf {

/// Messages for people, on stderr and perhaps in a file; results go to stdout. Passed as an argument, never a global.
using Log = spdlog::logger;

/// A log whose lines carry time, level and, where there are several, the rank. Ranks above 0 say warnings and errors
/// alone, unless the level is debug. Rank 0 appends to the options' file, rank 3 to FILE.rank3, which is made when it
/// has something to say. A file in a directory that the program makes itself begins once something else lies there.
/// Throws RuntimeError where rank 0 cannot open the file; lines that are lost later are said once, on stderr.
[[nodiscard]] std::shared_ptr<Log> make_log(int rank = 0, int size = 1, const LogOptions& options = {});

/// Writes the error that a program ends with to the log's file, where it has one; stderr hears of it elsewhere.
void record_failure(Log& log, const std::string& text);

/// Whether stderr is a terminal, where progress bars and colour make sense.
[[nodiscard]] bool stderr_is_terminal();

}  // namespace ampcf
