#include "ampcf/core/log.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <unistd.h>

namespace ampcf {

std::shared_ptr<Log> make_log(int rank, int size) {
  auto log = std::make_shared<Log>("ampcf", std::make_shared<spdlog::sinks::stderr_color_sink_st>());
  log->set_pattern(size > 1 && rank > 0 ? fmt::format("[rank {}/{}] %^%v%$", rank, size) : "%^%v%$");
  log->set_level(rank == 0 ? spdlog::level::info : spdlog::level::warn);
  log->flush_on(spdlog::level::info);
  return log;
}

bool stderr_is_terminal() { return isatty(STDERR_FILENO) == 1; }

}  // namespace ampcf
