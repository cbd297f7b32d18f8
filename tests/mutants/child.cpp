#include "child.hpp"

#include "support/text_of.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>

namespace ampcf::mutants {

namespace {

constexpr unsigned kMostSeconds = 100;  // above what an inspection may take
constexpr std::uint64_t kMostBytes = std::uint64_t{512} << 20U;

std::uint64_t pages(int field) {
  std::ifstream stream("/proc/self/statm");
  std::uint64_t value = 0;
  for (int i = 0; i <= field; ++i) {
    stream >> value;
  }
  return value;
}

std::uint64_t page_bytes() { return static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)); }

void begin_child(const std::filesystem::path& err) {
  ::alarm(kMostSeconds);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  const rlimit memory{pages(0) * page_bytes() + kMostBytes, RLIM_INFINITY};
  ::setrlimit(RLIMIT_AS, &memory);
  ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
  ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
}

}  // namespace

Outcome run_in_child(const std::function<int()>& body, const std::filesystem::path& scratch) {
  const auto err = scratch / "stderr";
  const auto resident = static_cast<long>(pages(1) * page_bytes());
  const pid_t child = ::fork();
  if (child == 0) {
    begin_child(err);
    ::_exit(body());
  }
  Outcome outcome;
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  outcome.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  outcome.peak_bytes = std::max(0L, usage.ru_maxrss * 1024 - resident);
  outcome.err = testing::text_of(err);
  return outcome;
}

}  // namespace ampcf::mutants
