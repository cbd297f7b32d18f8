#pragma once

#include "ampcf/communication/communicator.hpp"
#include "ampcf/training/stop.hpp"
#include "sweep/display.hpp"
#include "sweep/host_room.hpp"

namespace ampcf::sweep {

/// Trains a share of a sweep's trials on groups of ranks.
///
/// Groups know of each other through the folder alone: the first rank of a group looks there for a task that nobody
/// has, claims it, and puts its result there. So no rank has to serve others while it trains itself, and a sweep that
/// was killed goes on from the same files.
class Runner {
 public:
  /// Collective.
  Runner(const communication::Communicator& world, const Plan& plan, const Folder& folder, const SweepOptions& options,
         const LogOptions& log, std::string fingerprint);

  /// Collective. Trains until no task is left, or a wish to stop. An error of the folder's on one rank leaves it as it
  /// is, and must end the job: other groups may wait for what this one trains.
  void run();

 private:
  [[nodiscard]] bool is_leader() const { return has_group_ && group_.rank() == 0; }
  [[nodiscard]] std::optional<Task> next();
  [[nodiscard]] std::optional<Task> agreed_next();
  void conclude(const Task& task, Result result);
  void look();

  const Plan& plan_;
  const Folder& folder_;
  Share share_;
  std::string fingerprint_;
  std::uint64_t stall_warning_seconds_;
  int world_rank_;
  int world_size_;
  bool has_group_;
  communication::Communicator group_;
  HostRoom room_;
  training::Watch watch_;
  Display display_;
  Results results_;  // of a leader: what it has seen so far
  std::size_t gathered_ = 0;
  std::chrono::steady_clock::time_point next_look_{};
};

}  // namespace ampcf::sweep
