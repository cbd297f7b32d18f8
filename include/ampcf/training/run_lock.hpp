#pragma once

#include <filesystem>

namespace ampcf::training {

/// Keeps other runs out of a run directory for as long as it lives, or its process: RUN/lock under flock(2), which the
/// kernel lets go also after kill -9, so no lock is ever stale. The file says who holds it and stays. (File systems
/// without flock are not guarded.)
class RunLock {
 public:
  /// Waits some seconds for a run that is just ending. Throws UsageError naming the host and process that has the lock,
  /// RuntimeError where the file cannot be made.
  explicit RunLock(const std::filesystem::path& directory);
  RunLock(RunLock&& other) noexcept;
  RunLock& operator=(RunLock&&) = delete;
  ~RunLock();

  static constexpr const char* kName = "lock";

 private:
  int descriptor_ = -1;
};

}  // namespace ampcf::training
