#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace ampcf::mutants {

/// How a program bore a file.
struct Outcome {
  int exit_code = 0;
  int signal = 0;  // that ended it; SIGALRM where it did not come to an end
  std::string err;
  long peak_bytes = 0;  // of memory, above what it began with
};

/// Runs a program's body in a child process with limits of time and memory; it prints its errors as a program does.
[[nodiscard]] Outcome run_in_child(const std::function<int()>& body, const std::filesystem::path& scratch);

}  // namespace ampcf::mutants
