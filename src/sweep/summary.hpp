#pragma once

#include "ampcf/sweep/folder.hpp"

namespace ampcf::sweep {

/// How far a trial has come.
enum class TrialState { finished, stopped_early, failed, set_aside, open };

[[nodiscard]] const char* text_of(TrialState state);

/// A trial with its last result.
struct Standing {
  std::uint64_t trial = 0;
  TrialState state = TrialState::open;
  std::uint64_t rungs = 0;  // that it has ended
  Result result;            // of the last of them

  /// Those that finished or were stopped early have a place in the ranking.
  [[nodiscard]] bool is_ranked() const { return state == TrialState::finished || state == TrialState::stopped_early; }
};

/// All trials, the ranked ones first: by score, of equal ones the lower number; then the others by number.
[[nodiscard]] std::vector<Standing> standings(const Plan& plan, const Results& results);

/// One process. Writes sweep.csv and sweep.h5, and lets `best` lead to the run of the first of the ranking whose run is
/// there. Returns that trial.
std::optional<std::uint64_t> gather(const Folder& folder, const Plan& plan, const Results& results);

}  // namespace ampcf::sweep
