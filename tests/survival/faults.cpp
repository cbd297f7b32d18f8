// Preloaded into a trainer: what a file system or a moment of death does that a test cannot otherwise bring about.
//   AMPCF_FAULT_NO_RESERVATION=1   fallocate(2) is not supported, so a full disk shows in the middle of a file
//   AMPCF_FAULT_DIE_BEFORE=PART:N  kill -9 right before the process renames a file for the N-th time to a path with
//                                  PART in it
//   AMPCF_FAULT_HOLD_BEFORE=PART:N stands still there, and before each such rename after it, until the test lets go
//   AMPCF_FAULT_HOLD_FILE=PATH     where it notes that it stands still; support/training.py, HeldJob, is the other end
//   AMPCF_FAULT_NO_MEMORY=N        the N-th piece of memory of 16 KiB or more that C++ asks for is refused

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <new>
#include <string_view>

namespace {

template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

/// Whether the variable asks for a fault at this rename, which is the `count`-th to what it names.
bool is_meant(const char* variable, std::string_view target, std::atomic<int>& count) {
  const char* const fault = std::getenv(variable);
  if (fault == nullptr) {
    return false;
  }
  const std::string_view text(fault);
  const auto colon = text.rfind(':');
  return target.find(text.substr(0, colon)) != std::string_view::npos && ++count >= std::atoi(fault + colon + 1);
}

// Signals that ask a trainer to stop, as far as its handlers took them.
std::atomic<int> signals_taken{0};
std::array<std::atomic<void (*)(int)>, NSIG> handlers{};

void take(int signal) {
  ++signals_taken;
  handlers[static_cast<std::size_t>(signal)].load()(signal);
}

bool is_counted(int signal, const struct sigaction& action) {
  return (signal == SIGUSR1 || signal == SIGUSR2 || signal == SIGTERM || signal == SIGINT) &&
         (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN &&
         action.sa_handler != take;
}

/// Notes this process in the file and waits for the lock on the place of the note. The test has locked the whole file,
/// and a test that ends lets go of it. When a signal comes, it notes the process once more, which tells the test.
void stand_still() {
  constexpr std::size_t kNote = 16;
  constexpr timespec kPause{0, 1000000};
  const char* const path = std::getenv("AMPCF_FAULT_HOLD_FILE");
  const int file = path == nullptr ? -1 : open(path, O_RDWR | O_APPEND | O_CLOEXEC);
  if (file < 0) {
    return;  // the test is over
  }
  std::array<char, kNote + 1> note{};
  std::snprintf(note.data(), note.size(), "%15d\n", static_cast<int>(getpid()));
  struct flock place {};
  place.l_type = F_WRLCK;
  place.l_len = kNote;
  int noted = -1;
  do {
    if (const int taken = signals_taken; taken != noted && write(file, note.data(), kNote) == kNote) {
      noted = taken;
      place.l_start = lseek(file, 0, SEEK_CUR) - place.l_len;
    }
    nanosleep(&kPause, nullptr);
  } while (fcntl(file, F_SETLK, &place) != 0 && (errno == EAGAIN || errno == EACCES));
  close(file);
}

void strike_before_rename(std::string_view target) {
  static std::atomic<int> deadly{0};
  static std::atomic<int> holding{0};
  if (is_meant("AMPCF_FAULT_DIE_BEFORE", target, deadly)) {
    kill(getpid(), SIGKILL);
  }
  if (is_meant("AMPCF_FAULT_HOLD_BEFORE", target, holding)) {
    stand_still();
  }
}

#ifndef AMPCF_SANITIZED  // sanitizers have an operator new of their own
bool is_refused(std::size_t bytes) {
  static std::atomic<int> count{0};
  static const char* const fault = std::getenv("AMPCF_FAULT_NO_MEMORY");
  return fault != nullptr && bytes >= 16384 && ++count == std::atoi(fault);
}

void* checked(void* memory) {
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  return memory;
}
#endif

}  // namespace

#ifndef AMPCF_SANITIZED
void* operator new(std::size_t bytes) { return checked(is_refused(bytes) ? nullptr : std::malloc(bytes)); }

void* operator new(std::size_t bytes, std::align_val_t alignment) {
  const auto unit = static_cast<std::size_t>(alignment);
  return checked(is_refused(bytes) ? nullptr : std::aligned_alloc(unit, (bytes + unit - 1) / unit * unit));
}
#endif

extern "C" {

int sigaction(int signal, const struct sigaction* action, struct sigaction* before) noexcept {
  const auto real = next<int(int, const struct sigaction*, struct sigaction*)>("sigaction");
  if (action == nullptr || !is_counted(signal, *action)) {
    return real(signal, action, before);
  }
  handlers[static_cast<std::size_t>(signal)] = action->sa_handler;
  struct sigaction counting = *action;
  counting.sa_handler = take;
  return real(signal, &counting, before);
}

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
