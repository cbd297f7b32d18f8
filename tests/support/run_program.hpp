#pragma once

#include "support/temporary_directory.hpp"
#include "support/text_of.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fcntl.h>

#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace ampcf::testing {

/// What a program left: its exit code (128 + signal for one that was killed) and what it printed.
struct ProgramRun {
  int exit_code = 0;
  std::string out;
  std::string err;
};

/// A program of this build, as in program("ampcf-prepare").
[[nodiscard]] inline std::string program(const std::string& name) { return std::string(AMPCF_BIN_DIR) + "/" + name; }

/// The environment without what MPI_Init of this test program put there: a child, mpirun above all, must not believe to
/// be part of the test's own job.
[[nodiscard]] inline std::vector<char*> environment_of_children() {
  static const std::vector<std::string> kOfThisJob{"PMIX_",         "ORTE_",          "OMPI_APP_",     "OMPI_COMM",
                                                   "OMPI_MCA_ess=", "OMPI_MCA_orte_", "OMPI_MCA_pmix="};
  std::vector<char*> kept;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    bool is_of_this_job = false;
    for (const auto& prefix : kOfThisJob) {
      is_of_this_job = is_of_this_job || std::strncmp(*variable, prefix.c_str(), prefix.size()) == 0;
    }
    if (!is_of_this_job) {
      kept.push_back(*variable);
    }
  }
  kept.push_back(nullptr);
  return kept;
}

/// Runs a command to its end, without input; its first word is a path or a name to be found in PATH.
[[nodiscard]] inline ProgramRun run_program(const std::vector<std::string>& command) {
  const TemporaryDirectory directory;
  const auto out = directory / "out";
  const auto err = directory / "err";
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, err.c_str(), O_WRONLY | O_CREAT, 0600);
  std::vector<char*> words;
  for (const auto& word : command) {
    words.push_back(const_cast<char*>(word.c_str()));
  }
  words.push_back(nullptr);
  pid_t child = 0;
  const int fault = posix_spawnp(&child, words[0], &files, nullptr, words.data(), environment_of_children().data());
  posix_spawn_file_actions_destroy(&files);
  if (fault != 0) {
    throw RuntimeError("cannot run {}: {}", command.front(), std::strerror(fault));
  }
  int status = 0;
  waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), text_of(out), text_of(err)};
}

}  // namespace ampcf::testing
