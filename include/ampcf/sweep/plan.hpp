#pragma once

#include "ampcf/sweep/axis.hpp"
#include "ampcf/sweep/options.hpp"
#include "ampcf/sweep/result.hpp"

#include <optional>

namespace ampcf::sweep {

/// A sweep file: training options, and behind a line `[sweep]` the axes and any of the sweep's own options.
struct SweepFile {
  std::string options;  // INI text without axes, each line where it was
  std::vector<Axis> axes;

  /// Throws UsageError beginning `SOURCE:LINE: `.
  [[nodiscard]] static SweepFile parse(const std::string& text, const std::string& source);
};

/// Whether an option is the sweep's own, which may stand among the axes.
[[nodiscard]] bool is_own_option(const std::string& name);

/// All trials of a sweep, and which of them train how far. Everything here is a function of file, options and results:
/// never of ranks, or of who was first.
///
/// Trials come in brackets: of halving so many as `bracket`, else each alone. The members of a bracket train to the
/// epochs of the first rung; once all have, the best of every eta go on to the next (Jamieson and Talwalkar, 2016).
class Plan {
 public:
  /// `base` are the training options as INI text without the axes'; `source` is named in errors. Throws UsageError
  /// where method and axes do not fit together, or options of a trial do not.
  Plan(const Method& method, std::vector<Axis> axes, std::string base, const std::string& source);

  [[nodiscard]] const Method& method() const { return method_; }
  [[nodiscard]] const std::vector<Axis>& axes() const { return axes_; }
  [[nodiscard]] std::uint64_t trial_count() const { return trials_.size(); }
  /// The value of each axis.
  [[nodiscard]] const std::vector<std::string>& values_of(std::uint64_t trial) const { return trials_[trial]; }
  /// As in "dim = 32, alpha = 0.5".
  [[nodiscard]] std::string describe(std::uint64_t trial) const;
  /// As a trainer takes them, but for the run directory.
  [[nodiscard]] training::TrainingOptions options_of(std::uint64_t trial) const;

  [[nodiscard]] std::uint64_t rung_count() const { return rung_epochs_.size(); }
  /// The epochs that a trial has had after a task, unless its patience ends before; nothing without halving, where
  /// nothing but the trial's own options end it.
  [[nodiscard]] std::optional<std::uint64_t> epochs_of(std::uint64_t rung) const;

  /// Tasks of a share that may be trained now, in the order in which they should be: further rungs first.
  [[nodiscard]] std::vector<Task> open_tasks(const Results& results, const Share& share) const;
  /// Whether no task of a share is left, nor will ever be.
  [[nodiscard]] bool is_complete(const Results& results, const Share& share) const;
  /// Whether a trial is still to be trained, perhaps.
  [[nodiscard]] bool is_open(std::uint64_t trial, const Results& results) const;
  [[nodiscard]] bool is_in(const Share& share, std::uint64_t trial) const;

  /// The whole sweep as a sweep file, `ranks_per_trial` among it.
  [[nodiscard]] std::string text(std::uint64_t ranks_per_trial) const;

 private:
  struct Bracket;
  [[nodiscard]] Bracket bracket(std::uint64_t number, const Results& results) const;
  [[nodiscard]] std::uint64_t bracket_count() const;
  void settle_method(const std::string& source);
  void make_grid(const std::string& source);
  void draw_trials(const std::string& source);
  void settle_rungs(std::uint64_t epochs, const std::string& source);

  Method method_;
  std::vector<Axis> axes_;
  std::string base_;
  std::uint64_t seed_ = 0;
  std::vector<std::vector<std::string>> trials_;
  std::vector<std::optional<std::uint64_t>> rung_epochs_;
};

/// The best of a rung's members, at most `most`: by score, of equal ones the lower trial; only those that are done.
[[nodiscard]] std::vector<std::uint64_t> best_of(const std::vector<std::uint64_t>& members, std::uint64_t rung,
                                                 const Results& results, std::uint64_t most);

/// Refuses with a UsageError to go on with a stored sweep file as another sweep. More trials may be drawn, and what no
/// result depends on may change.
void require_same_sweep(const std::string& stored, const std::string& present);

}  // namespace ampcf::sweep
