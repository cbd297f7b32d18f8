#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ampcf {

/// What is said and where: --log-level and --log-file of every program.
struct LogOptions {
  std::string level = "info";  // one of levels()
  std::filesystem::path file;  // empty: stderr alone

  static std::vector<std::string> levels() { return {"debug", "info", "warning", "error"}; }
};

}  // namespace ampcf
