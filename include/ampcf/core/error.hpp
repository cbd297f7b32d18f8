#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace ampcf {

/// What a program returns to its caller; the meaning of each code is part of the public interface.
enum class ExitCode : int { success = 0, runtime = 1, usage = 2, data = 3, stopped = 75 };

/// A fault of the user or the machine. The text names file or option, what was found, what was expected, the next step.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& text) : std::runtime_error(text), code_(code) {}

  [[nodiscard]] ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

/// I/O, MPI, divergence, a damaged checkpoint: exit code 1.
class RuntimeError : public Error {
 public:
  template <typename... Args>
  explicit RuntimeError(fmt::format_string<Args...> form, Args&&... args)
      : Error(ExitCode::runtime, fmt::format(form, std::forward<Args>(args)...)) {}
};

/// Wrong usage or configuration: exit code 2.
class UsageError : public Error {
 public:
  template <typename... Args>
  explicit UsageError(fmt::format_string<Args...> form, Args&&... args)
      : Error(ExitCode::usage, fmt::format(form, std::forward<Args>(args)...)) {}
};

/// Missing, unreadable or malformed data, text or HDF5: exit code 3. Text faults begin `FILE:LINE: `.
class DataError : public Error {
 public:
  template <typename... Args>
  explicit DataError(fmt::format_string<Args...> form, Args&&... args)
      : Error(ExitCode::data, fmt::format(form, std::forward<Args>(args)...)) {}
};

}  // namespace ampcf
