// Preloaded into a trainer: what a file system or a moment of death does that a test cannot otherwise bring about.
//   AMPCF_FAULT_NO_RESERVATION=1   fallocate(2) is not supported, so a full disk shows in the middle of a file
//   AMPCF_FAULT_DIE_BEFORE=NAME:N  kill -9 right before a file is renamed for the N-th time to NAME... in any directory
//   AMPCF_FAULT_DIE_AT=PART        kill -9 right before a file is renamed to a path with PART in it

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

void die_at(std::string_view target) {
  const char* const part = std::getenv("AMPCF_FAULT_DIE_AT");
  if (part != nullptr && target.find(part) != std::string_view::npos) {
    kill(getpid(), SIGKILL);
  }
  static std::atomic<int> count{0};
  const char* const fault = std::getenv("AMPCF_FAULT_DIE_BEFORE");
  if (fault == nullptr) {
    return;
  }
  const std::string_view text(fault);
  const auto colon = text.rfind(':');
  const bool is_meant = target.substr(target.rfind('/') + 1).substr(0, colon) == text.substr(0, colon);
  if (is_meant && ++count == std::atoi(fault + colon + 1)) {
    kill(getpid(), SIGKILL);
  }
}

}  // namespace

extern "C" {

int rename(const char* from, const char* to) noexcept {
  die_at(to);
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
