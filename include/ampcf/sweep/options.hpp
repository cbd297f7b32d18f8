#pragma once

#include "ampcf/training/options.hpp"

#include <algorithm>

namespace ampcf::sweep {

/// How trials are made and judged: what a sweep's result depends on beside the axes and the training options.
struct Method {
  std::string name = "grid";
  std::uint64_t trials = 0;   // of random and halving
  std::uint64_t eta = 3;      // of halving: one of so many goes on
  std::uint64_t rungs = 3;    // of halving
  std::uint64_t bracket = 0;  // of halving: trials judged together; 0: eta^(rungs - 1)
};

/// A share of the trials: number `part` of `parts`, from 0.
struct Share {
  std::uint64_t part = 0;
  std::uint64_t parts = 1;

  [[nodiscard]] bool is_all() const { return parts == 1; }
};

/// What ampcf-sweep is asked to do.
struct SweepOptions {
  std::filesystem::path sweep;  // the file with the axes; empty: that of the folder
  Method method;
  std::uint64_t ranks_per_trial = 1;
  bool is_ranks_per_trial_stored = false;  // it comes from a sweep that goes on, perhaps with fewer ranks
  std::string only = "1/1";
  std::string table = "auto";
  bool is_collecting = false;
  bool is_retrying = false;
  bool is_after_crash = false;
  training::TrainingOptions training;  // `output` is the folder; what axes vary stands at its default

  /// Ranks of a group where so many run.
  [[nodiscard]] std::uint64_t group_size(int ranks) const {
    return std::min(ranks_per_trial, static_cast<std::uint64_t>(ranks));
  }

  /// Of `only`. Throws UsageError.
  [[nodiscard]] Share share() const;
};

/// Adds the options to a table; they must outlive it.
void add_options(config::OptionTable& table, SweepOptions& options);

}  // namespace ampcf::sweep
