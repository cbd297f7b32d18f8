#include "ampcf/training/run_lock.hpp"

#include "ampcf/core/error.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

namespace ampcf::training {

namespace {

// Open MPI ends the ranks of a job whose mpirun was killed within two seconds.
constexpr auto kPatience = std::chrono::seconds(3);
constexpr auto kPause = std::chrono::milliseconds(50);

std::string holder_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  return text.empty() ? "an unknown process" : text.substr(0, text.find('\n'));
}

std::string this_process() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return fmt::format("process {} on {}", getpid(), host.data());
}

// Whether the file is locked now, or cannot be.
bool try_lock(int descriptor) {
  const bool is_locked = flock(descriptor, LOCK_EX | LOCK_NB) == 0;
  return is_locked || errno != EWOULDBLOCK;
}

}  // namespace

RunLock::RunLock(const std::filesystem::path& directory) {
  const auto file = directory / kName;
  // Children must not inherit the lock: they may outlive the run.
  descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) {
    throw RuntimeError("cannot use the run directory {}: {}", directory.string(), std::strerror(errno));
  }
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!try_lock(descriptor_)) {
    if (std::chrono::steady_clock::now() > end) {
      ::close(descriptor_);
      throw UsageError("the run directory {} is in use by {}: wait for it, or choose another --output",
                       directory.string(), holder_of(file));
    }
    std::this_thread::sleep_for(kPause);
  }
  const auto text = this_process() + "\n";
  if (::ftruncate(descriptor_, 0) != 0 || ::write(descriptor_, text.data(), text.size()) < 0) {
    const int fault = errno;
    ::close(descriptor_);
    throw RuntimeError("{}: cannot write: {}", file.string(), std::strerror(fault));
  }
}

RunLock::RunLock(RunLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

RunLock::~RunLock() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

}  // namespace ampcf::training
