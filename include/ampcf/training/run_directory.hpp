#pragma once

#include "ampcf/checkpoint/state.hpp"
#include "ampcf/training/run_lock.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace ampcf::training {

/// The files of a run: config.ini, log.csv, checkpoint-STEP.h5 of the last ones, and the names checkpoint.h5 (the
/// newest) and best.h5 (best on validation), which are links and always lead to a whole file; and in the folder search/
/// the files of the run before a fit with the validation items (--refit).
class RunDirectory {
 public:
  explicit RunDirectory(std::filesystem::path path) : path_(std::move(path)) {}

  static constexpr const char* kStatus = "status.json";  // how far the run is, now

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path checkpoint() const { return path_ / "checkpoint.h5"; }
  [[nodiscard]] std::filesystem::path best() const { return path_ / "best.h5"; }
  /// The run that found the number of epochs, where the model was fitted again with the validation items.
  [[nodiscard]] RunDirectory search() const { return RunDirectory(path_ / kSearch); }

  /// One process. Makes and locks the directory, and removes partial files of a run that was killed. Files in it are a
  /// UsageError unless the run is resumed or forced; so is a best.h5 without a checkpoint where it is resumed.
  [[nodiscard]] RunLock prepare(bool is_resumed, bool is_forced) const;

  /// One process. Removes a run, with its search: the last thing before another begins, when all is known to be right.
  void clear() const;
  /// The same without the search.
  void clear_files() const;

  /// One process. RuntimeError unless there is room for the files that a run with checkpoints of `bytes` will have at
  /// once: the kept ones, one that is being written, and the best; where a search comes first, also those that it
  /// keeps. What is there counts as one of them, or, where the run `starts_over`, as free.
  void require_room(std::uint64_t bytes, std::uint64_t keep, bool starts_over, bool has_search = false) const;

  /// The checkpoints to go on from: checkpoint.h5, then older ones, the newest first. Empty where there is none.
  [[nodiscard]] std::vector<std::filesystem::path> resumable() const;

  /// The options of the newest of these that can be read, as INI text; those of config.ini where the run was stopped
  /// before its first checkpoint; empty where there is none either, the reader's RuntimeError where all are damaged.
  [[nodiscard]] std::string stored_options() const;

  /// One process. Whether best.h5 leads to a model.
  [[nodiscard]] bool has_best() const;

  /// One process. Takes a damaged checkpoint out of resumable(), leaving it under the name FILE.damaged.
  void set_aside(const std::filesystem::path& damaged) const;

  /// One process. Whole or not at all.
  void write_config(const std::string& resolved) const;
  /// A log that says so already is not touched.
  void write_log(const std::string& header, const std::vector<std::string>& rows) const;

  /// Collective. Writes a checkpoint, then lets best.h5 (if `is_best`) and after it checkpoint.h5 lead to it, and
  /// removes all but the newest `keep`.
  void write_checkpoint(const communication::Communicator& communicator, const checkpoint::Header& header,
                        const checkpoint::TrainingState& state, bool is_best, std::uint64_t keep) const;

 private:
  void link(const std::filesystem::path& target, const std::filesystem::path& name) const;
  void remove_old(std::uint64_t keep) const;
  [[nodiscard]] std::vector<std::filesystem::path> checkpoints() const;
  [[nodiscard]] std::vector<std::filesystem::path> own_files() const;
  [[nodiscard]] double own_bytes() const;

  static constexpr const char* kSearch = "search";

  std::filesystem::path path_;
};

}  // namespace ampcf::training
