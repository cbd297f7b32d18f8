#include "sweep/runner.hpp"

#include "ampcf/communication/stall_watch.hpp"
#include "ampcf/training/memory.hpp"
#include "sweep/trial.hpp"

#include <array>
#include <limits>
#include <thread>

namespace ampcf::sweep {

namespace {

constexpr auto kBetweenLooks = std::chrono::seconds(1);
constexpr auto kAfterFailure = std::chrono::minutes(1);
constexpr auto kBetweenTries = std::chrono::milliseconds(200);  // of a group that waits for others' results

std::uint64_t group_count(int ranks, std::uint64_t ranks_per_trial) {
  return static_cast<std::uint64_t>(ranks) / ranks_per_trial;
}

std::uint64_t group_number(int rank, int ranks, std::uint64_t ranks_per_trial) {
  return std::min(static_cast<std::uint64_t>(rank) / ranks_per_trial, group_count(ranks, ranks_per_trial));
}

// Without limit where the system does not say.
std::uint64_t bytes_of_host() {
  const auto memory = training::host_memory();
  return memory ? memory->total_bytes : std::numeric_limits<std::uint64_t>::max();
}

bool is_table(const SweepOptions& options) {
  return options.table == "always" || (options.table == "auto" && stderr_is_terminal());
}

// Every group says how its trials ended, so lines name these and not the rank.
std::shared_ptr<Log> trial_log(int rank, const LogOptions& options) {
  auto log = make_log(rank, 1, options);
  log->set_level(spdlog::level::from_str(options.level));
  return log;
}

}  // namespace

Runner::Runner(const communication::Communicator& world, const Plan& plan, const Folder& folder,
               const SweepOptions& options, const LogOptions& log, std::string fingerprint)
    : plan_(plan),
      folder_(folder),
      share_(options.share()),
      fingerprint_(std::move(fingerprint)),
      stall_warning_seconds_(options.training.stall_warning_seconds),
      world_rank_(world.rank()),
      world_size_(world.size()),
      has_group_(group_number(world.rank(), world.size(), options.group_size(world.size())) <
                 group_count(world.size(), options.group_size(world.size()))),
      group_(world.split(group_number(world.rank(), world.size(), options.group_size(world.size())))),
      room_(world, bytes_of_host()),
      // The first rank of a group keeps its time; every rank listens for signals.
      watch_(group_.rank() == 0 ? options.training.time_left_seconds() : 0,
             group_.rank() == 0 ? options.training.checkpoint_every_seconds : 0),
      display_(is_table(options), trial_log(world.rank(), log), plan, folder, share_) {}

void Runner::run() {
  if (!has_group_) {
    return;
  }
  std::optional<communication::StallWatch> stall_watch;
  auto watched = group_;  // waiting between tasks is no stall
  if (stall_warning_seconds_ > 0 && group_.size() > 1) {
    stall_watch.emplace(stall_warning_seconds_, world_rank_, world_size_);
    watched.set_watch(&*stall_watch);
  }
  const auto wishes = [this](std::uint64_t) {
    look();
    return watch_.wish();
  };
  while (const auto task = agreed_next()) {
    auto result = train(watched, plan_, folder_, *task, room_, wishes);
    if (is_leader()) {
      result ? conclude(*task, std::move(*result)) : folder_.release(*task);
    }
    if (!result) {
      break;
    }
  }
  next_look_ = {};
  look();
}

// Nothing where no task is left, or this rank is to stop.
std::optional<Task> Runner::next() {
  while (!training::is_stop(watch_.wish())) {
    folder_.read_results(results_);
    const auto open = plan_.open_tasks(results_, share_);
    if (open.empty()) {
      return std::nullopt;
    }
    for (const auto& task : open) {
      if (folder_.claim(task, group_.size())) {
        return task;
      }
    }
    look();
    std::this_thread::sleep_for(kBetweenTries);
  }
  return std::nullopt;
}

std::optional<Task> Runner::agreed_next() {
  std::array<std::uint64_t, 3> message{};
  if (is_leader()) {
    if (const auto task = next()) {
      message = {1, task->trial, task->rung};
    }
  }
  group_.broadcast(std::span<std::uint64_t>(message), 0);
  return message[0] == 1 ? std::optional(Task{message[1], message[2]}) : std::nullopt;
}

void Runner::conclude(const Task& task, Result result) {
  double seconds_before = 0.0;
  if (const auto before = results_.find({task.trial, task.rung - 1}); task.rung > 0 && before != results_.end()) {
    seconds_before = before->second.seconds;
    result.rank_seconds = before->second.rank_seconds;
  }
  result.rank_seconds += (result.seconds - seconds_before) * group_.size();
  result.fingerprint = fingerprint_;
  folder_.record(task, result);
  folder_.release(task);
  display_.tell(task, result);
}

// Of the first rank of all, between steps: keeps the table and sweep.csv up to date. Where that fails, the trial under
// way is not at fault, and whoever gathers at the end will say so.
void Runner::look() {
  const auto now = std::chrono::steady_clock::now();
  if (world_rank_ != 0 || now < next_look_) {
    return;
  }
  next_look_ = now + kBetweenLooks;
  try {
    folder_.read_results(results_);
    if (share_.is_all() && results_.size() != gathered_) {
      gather(folder_, plan_, results_);
      gathered_ = results_.size();
    }
    display_.draw(results_);
  } catch (const std::exception&) {
    next_look_ = now + kAfterFailure;
  }
}

}  // namespace ampcf::sweep
