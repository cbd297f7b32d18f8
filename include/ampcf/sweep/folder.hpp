#pragma once

#include "ampcf/sweep/plan.hpp"

#include <filesystem>

namespace ampcf::sweep {

/// The folder of a sweep, which is all that groups of ranks know of each other: which tasks have ended, and which are
/// being trained. Every function is for one process; functions throw RuntimeError where a file cannot be read or
/// written.
///
///   sweep.ini        the sweep
///   trials/0007      a run directory
///   results/0007-2   how trial 7 ended rung 2
///   claims/0007-2    is being trained, with what its ranks left when they were struck
///   crashes/0007     a line for every crash of trial 7
class Folder {
 public:
  explicit Folder(std::filesystem::path path) : path_(std::move(path)) {}

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path sweep_file() const { return path_ / "sweep.ini"; }
  [[nodiscard]] std::filesystem::path trial(std::uint64_t trial) const;
  [[nodiscard]] std::filesystem::path claim_of(const Task& task) const { return path_ / "claims" / task.name(); }
  /// Where locks of shares lie.
  [[nodiscard]] std::filesystem::path shares() const { return path_ / "shares"; }

  /// Whether a sweep lies here.
  [[nodiscard]] bool has_sweep() const { return std::filesystem::exists(sweep_file()); }
  /// Makes the folder and its parts.
  void make() const;
  /// Removes a sweep. UsageError where the folder has something else in it.
  void clear() const;
  /// UsageError where something lies here that is no sweep.
  void require_ours() const;

  /// Adds the results that are not among `known` yet.
  void read_results(Results& known) const;
  void record(const Task& task, const Result& result) const;
  /// Forgets results that are not `done`, and crashes.
  void forget_failures() const;

  /// Whether the task is now this process' alone: true for one of all that ask, also from several hosts, until release.
  [[nodiscard]] bool claim(const Task& task, int ranks) const;
  void release(const Task& task) const;
  /// Tasks that are claimed.
  [[nodiscard]] std::vector<Task> claimed() const;

  /// After a job has crashed: whether a task that it left claimed is not known to be innocent. Innocent are those whose
  /// ranks were all asked to end, which mpirun does when another one's process has ended.
  [[nodiscard]] bool is_suspect(const Task& task) const;
  /// Notes a crash of a trial and returns how many it has had; `message` is of the last.
  [[nodiscard]] std::uint64_t note_crash(const Task& task, std::string& message) const;

 private:
  std::filesystem::path path_;
};

}  // namespace ampcf::sweep
