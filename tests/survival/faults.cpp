// Preloaded into a trainer: what a file system or a moment of death does that a test cannot otherwise bring about.
//   AMPCF_FAULT_NO_RESERVATION=1   fallocate(2) is not supported, so a full disk shows in the middle of a file
//   AMPCF_FAULT_DIE_BEFORE=NAME:N  kill -9 right before a file is renamed for the N-th time to NAME... in any directory
//   AMPCF_FAULT_DIE_AT=PART        kill -9 right before a file is renamed to a path with PART in it
//   AMPCF_FAULT_HOLD_BEFORE=NAME:N stands still right before a file is renamed for the N-th time to NAME..., until
//                                  SIGCONT: what a test does meanwhile never comes too late

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

/// Whether the variable asks for a fault at this rename, which is the `count`-th to what it names.
bool is_meant(const char* variable, std::string_view name, std::atomic<int>& count) {
  const char* const fault = std::getenv(variable);
  if (fault == nullptr) {
    return false;
  }
  const std::string_view text(fault);
  const auto colon = text.rfind(':');
  return name.substr(0, colon) == text.substr(0, colon) && ++count == std::atoi(fault + colon + 1);
}

void strike_before_rename(std::string_view target) {
  static std::atomic<int> deadly{0};
  static std::atomic<int> holding{0};
  const std::string_view name = target.substr(target.rfind('/') + 1);
  const char* const part = std::getenv("AMPCF_FAULT_DIE_AT");
  if ((part != nullptr && target.find(part) != std::string_view::npos) ||
      is_meant("AMPCF_FAULT_DIE_BEFORE", name, deadly)) {
    kill(getpid(), SIGKILL);
  }
  if (is_meant("AMPCF_FAULT_HOLD_BEFORE", name, holding)) {
    kill(getpid(), SIGSTOP);
  }
}

}  // namespace

extern "C" {

int rename(const char* from, const char* to) noexcept {
  strike_before_rename(to);
  return next<int(const char*, const char*)>("rename")(from, to);
}

int fallocate(int descriptor, int mode, off_t offset, off_t length) {
  if (std::getenv("AMPCF_FAULT_NO_RESERVATION") != nullptr) {
    errno = EOPNOTSUPP;
    return -1;
  }
  return next<int(int, int, off_t, off_t)>("fallocate")(descriptor, mode, offset, length);
}

int fallocate64(int descriptor, int mode, off_t offset, off_t length) {
  return fallocate(descriptor, mode, offset, length);
}

}  // extern "C"
