#pragma once

#include "ampcf/core/log.hpp"
#include "ampcf/training/memory.hpp"
#include "ampcf/training/options.hpp"
#include "ampcf/training/run_directory.hpp"
#include "ampcf/training/step.hpp"
#include "ampcf/training/stop.hpp"
#include "ampcf/training/validation.hpp"

#include <memory>

namespace ampcf::training {

class StatusFile;

/// How fast steps are, measured.
struct Pace {
  std::uint64_t steps = 0;
  double seconds_per_step = 0.0;    // of all ranks together
  double rank_rate = 0.0;           // positives of a rank in a second of its own work
  double waiting_share = 0.0;       // of all ranks' time
  double bytes_per_step = 0.0;      // received from other nodes, by the rank that received most
  double validation_seconds = 0.0;  // of one validation
};

/// A training run from a dataset file to a run directory.
class Trainer {
 public:
  /// Collective. Reads this rank's part of the data and makes or resumes the state. `resolved` are the options as INI
  /// text; `wishes` are this rank's to stop or to write a checkpoint. `final_epochs` asks for a fit of the validation
  /// items too, which ends after that many epochs of the same schedule.
  Trainer(const communication::Communicator& communicator, Log& log, const TrainingOptions& options,
          std::string resolved, Wishes wishes, std::optional<std::uint64_t> final_epochs = {});
  ~Trainer();

  /// Collective. Trains until the last epoch or until validation has not improved for `patience` epochs; where a rank
  /// wishes to stop before, to the next step boundary, and returns ExitCode::stopped after a checkpoint.
  ExitCode run();

  /// Collective. Runs steps for about so many seconds, up to six times as long where a step is long, seven steps at the
  /// least; and a validation. The state is of no use afterwards.
  [[nodiscard]] Pace measure_pace(double seconds);

  [[nodiscard]] const checkpoint::TrainingState& state() const { return *state_; }

 private:
  struct EpochReport;
  struct Effort;
  void open_data();
  void share_memory();
  void open_run();
  [[nodiscard]] std::vector<std::filesystem::path> prepare_directory();
  void initialize();
  void inherit();
  [[nodiscard]] model::Projected projected() const;
  [[nodiscard]] MemoryNeed memory_need() const;
  void require_room_in_memory() const;
  void resume(const std::vector<std::filesystem::path>& checkpoints);
  void resume_from(const std::filesystem::path& path);
  void build_step();
  void announce() const;
  [[nodiscard]] double slowest(double seconds) const;
  ExitCode train();
  [[nodiscard]] std::uint64_t last_epoch() const { return final_epochs_.value_or(options_.epochs); }
  void tell_status(const std::string& state, const std::string& message = "");
  void tell_status_when_due();
  [[nodiscard]] bool is_finished() const;
  [[nodiscard]] double learning_rate_factor() const;
  [[nodiscard]] double warm_up_factor() const;
  void average(std::uint64_t sample);
  Wish run_epoch();
  Wish train_epoch(EpochReport& report);
  void compare_efforts(const Effort& effort, EpochReport& report) const;
  Wish take_step(double learning_rate_factor);
  template <typename F>
  void with_place(F&& work) const;
  [[nodiscard]] Wish agreed_wish() const;
  void write_checkpoint(bool is_best);
  void announce_stop(Wish wish) const;
  void require_best() const;
  void judge(EpochReport& report);
  void record(const EpochReport& report);
  void warn_of_collapse(const EpochReport& report) const;

  const communication::Communicator& communicator_;
  Log& log_;
  TrainingOptions options_;
  std::string resolved_;
  Wishes wishes_;
  std::optional<std::uint64_t> final_epochs_;
  RunDirectory directory_;
  std::optional<RunLock> lock_;         // on rank 0
  std::unique_ptr<StatusFile> status_;  // on rank 0
  std::optional<dataset::Dataset> dataset_;
  checkpoint::RawIds ids_;  // on rank 0
  std::optional<parallel::ShardPlan> plan_;
  dataset::Interactions interactions_;
  std::optional<Validation> validation_;
  std::optional<communication::Node> node_;
  std::optional<communication::NodeMemory> memory_;
  std::optional<checkpoint::TrainingState> state_;
  std::optional<parallel::BatchSampler> sampler_;
  std::optional<TrainingStep> step_;
  std::string last_checkpoint_;          // for messages
  bool is_in_step_ = false;              // likewise
  double seconds_in_checkpoints_ = 0.0;  // since the last row of the log
};

/// Throws UsageError where --force would remove the model of --initialize-from.
void require_origin_outside(const TrainingOptions& options);

/// Makes options name the model that --initialize-from begins with by its fingerprint, so that config.ini and
/// checkpoints have it. A run that is resumed has it there already, and needs the model no more.
void note_origin(TrainingOptions& options);

/// Refuses to resume a run whose stored options differ from the present ones in anything that changes the result; names
/// each with both values. More epochs (at a constant learning rate), patience, file places and retention may change.
void require_same_run(const std::string& stored_config, const std::string& present_config);

}  // namespace ampcf::training
