#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace ampcf::training {

/// What status.json says of a run.
struct Status {
  std::string state;  // training, finished, stopped, failed
  std::string message;
  std::uint64_t ranks = 0;
  std::uint64_t epoch = 0;   // completed
  std::uint64_t epochs = 0;  // the most
  std::uint64_t epoch_step = 0;
  std::uint64_t steps_per_epoch = 0;
  std::uint64_t step = 0;
  std::uint64_t interactions = 0;  // of an epoch
  std::uint64_t patience = 0;      // 0: does not stop early
  std::uint64_t epochs_without_improvement = 0;
};

/// RUN/status.json, for who looks at a run from outside (launch/status): replaced whole at most every kInterval inside
/// epochs, and at their ends. Not flushed to disk, for it is of no use after a crash of the machine; what cannot be
/// written is passed over, for a run must not end over it.
class StatusFile {
 public:
  static constexpr std::chrono::seconds kInterval{10};

  explicit StatusFile(std::filesystem::path path) : path_(std::move(path)) {}

  [[nodiscard]] bool is_due() const { return Clock::now() >= next_; }
  void write(const Status& status);
  /// Whether the file is there and has this state.
  [[nodiscard]] bool says(const std::string& state) const;

 private:
  using Clock = std::chrono::steady_clock;

  std::filesystem::path path_;
  Clock::time_point next_ = Clock::now() + kInterval;
  Clock::time_point last_ = Clock::now();
  std::uint64_t last_step_ = 0;
  double steps_per_second_ = 0.0;
  std::int64_t started_ = 0;  // Unix time of the first write
};

}  // namespace ampcf::training
