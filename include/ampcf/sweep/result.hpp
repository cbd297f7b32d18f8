#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>

namespace ampcf::sweep {

/// A trial up to the epochs of a rung; both count from 0, and from 1 in names of files and in text. Without halving
/// there is one rung.
struct Task {
  std::uint64_t trial = 0;
  std::uint64_t rung = 0;

  auto operator<=>(const Task&) const = default;  // NOLINT(modernize-use-nullptr): of what the compiler writes

  /// As in 0007-2.
  [[nodiscard]] std::string name() const;
};

enum class TaskState { done, failed, set_aside };

/// How a task ended. All but the times is a function of data, options and seed.
struct Result {
  TaskState state = TaskState::done;
  std::uint64_t epochs = 0;      // that the trial has now had
  std::uint64_t best_epoch = 0;  // the one with the greatest HR@10 + NDCG@10 on validation: best.h5
  double hr = 0.0;               // of that epoch, on validation items
  double ndcg = 0.0;
  double seconds = 0.0;       // of all epochs so far, as in log.csv
  double rank_seconds = 0.0;  // the same times the ranks at work on them
  std::string message{};      // what went wrong
  std::string fingerprint{};  // of the dataset

  /// What trials are ranked by, as training itself ranks epochs.
  [[nodiscard]] double score() const { return hr + ndcg; }
  [[nodiscard]] bool is_done() const { return state == TaskState::done; }
};

using Results = std::map<Task, Result>;

/// As INI text that comes back to the same bits. from_text throws RuntimeError naming `source` where the text is of
/// another form.
[[nodiscard]] std::string to_text(const Result& result);
[[nodiscard]] Result result_from_text(const std::string& text, const std::string& source);

}  // namespace ampcf::sweep
