#pragma once

#include "ampcf/training/persona_usage.hpp"
#include "ampcf/training/trainer.hpp"

namespace ampcf::training {

/// What an epoch came to, the same on every rank.
struct Trainer::EpochReport {
  LossSums::Means loss;
  std::optional<ValidationMetrics> validation;
  PersonaUsage usage;
  double training_seconds = 0.0;
  double validation_seconds = 0.0;
  double bytes_per_step = 0.0;  // received from other nodes, by the rank that received most
  double waiting_share = 0.0;   // of all ranks' time in this epoch's steps, spent waiting for other ranks
  double imbalance = 1.0;       // the busiest rank's time at work over the mean one's
  bool is_best = false;
};

/// What a rank has spent on the steps of an epoch since it began or took it up.
struct Trainer::Effort {
  double seconds = 0.0;
  double waiting_before = 0.0;
  std::uint64_t bytes_before = 0;
  std::uint64_t first_step = 0;
};

}  // namespace ampcf::training
