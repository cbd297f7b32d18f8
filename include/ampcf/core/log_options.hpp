#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ampcf {

/// What is said and where: --log-level and --log-file of every program.
struct LogOptions {
  std::string level = "info";  // one of levels()
  std::filesystem::path file;  // empty: stderr alone
  bool is_in_output = false;   // lies in a directory that the program makes itself, or wants to find empty

  static std::vector<std::string> levels() { return {"debug", "info", "warning", "error"}; }
};

}  // namespace ampcf
