#pragma once

#include <chrono>

namespace ampcf {

/// Seconds between an earlier moment and now.
[[nodiscard]] inline double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace ampcf
