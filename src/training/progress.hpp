#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace ampcf::training {

/// The columns of log.csv. Times are in seconds; checkpoint_seconds is how long training stood still for checkpoints
/// since the row before; bytes_per_step what a rank received from other nodes; waiting_share the part of all ranks'
/// time in steps that went into waiting for others; imbalance the busiest rank's time at work over the mean;
/// effective_personas and idle_personas are PersonaUsage's, of a sample of the users.
inline constexpr const char* kLogHeader =
    "epoch,seconds,examples_per_second,loss,loss_data,entropy_positive,entropy_negative,validation_hr,validation_ndcg,"
    "training_seconds,validation_seconds,checkpoint_seconds,bytes_per_step,waiting_share,imbalance,effective_personas,"
    "idle_personas";

/// A row of an older program's log, its missing columns left empty.
[[nodiscard]] std::string with_all_columns(std::string row);

/// One line on a terminal that shows how far an epoch is, at most ten times a second; nothing elsewhere.
class ProgressLine {
 public:
  ProgressLine(bool is_shown, std::uint64_t epoch, std::uint64_t steps, std::uint64_t steps_done,
               std::uint64_t interactions);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine();

  void update(std::uint64_t steps_done);

 private:
  using Clock = std::chrono::steady_clock;

  bool is_shown_;
  std::uint64_t epoch_;
  std::uint64_t steps_;
  std::uint64_t first_step_;
  std::uint64_t interactions_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point next_ = start_;
};

}  // namespace ampcf::training
