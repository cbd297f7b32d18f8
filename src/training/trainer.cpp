#include "ampcf/training/trainer.hpp"

#include "training/status.hpp"

namespace ampcf::training {

Trainer::Trainer(const communication::Communicator& communicator, Log& log, const TrainingOptions& options,
                 std::string resolved, Wishes wishes, std::optional<std::uint64_t> final_epochs)
    : communicator_(communicator),
      log_(log),
      options_(options),
      resolved_(std::move(resolved)),
      wishes_(std::move(wishes)),
      final_epochs_(final_epochs),
      directory_(options.output) {
  open_data();
  if (options_.plan.is_asked) {
    initialize();
  } else {
    open_run();
  }
  build_step();
  announce();
}

Trainer::~Trainer() = default;

// The log is part of the checkpoint that all ranks write, so its times must be the same on all of them.
double Trainer::slowest(double seconds) const { return communicator_.max(seconds); }

bool Trainer::is_finished() const {
  const auto& progress = state_->progress;
  const bool is_exhausted = options_.patience > 0 && progress.epochs_without_improvement >= options_.patience;
  return progress.epoch >= last_epoch() || (is_exhausted && validation_->user_count() > 0);
}

double Trainer::learning_rate_factor() const {
  const double fraction = options_.epochs > 1
                              ? static_cast<double>(state_->progress.epoch) / static_cast<double>(options_.epochs - 1)
                              : 0.0;
  return 1.0 + (options_.final_learning_rate - 1.0) * fraction;
}

double Trainer::warm_up_factor() const {
  const auto steps = static_cast<double>(options_.warm_up_epochs * plan_->steps_per_epoch());
  const auto step = static_cast<double>(state_->progress.step + 1);
  return step < steps ? step / steps : 1.0;
}

ExitCode Trainer::run() {
  try {
    const auto code = train();
    tell_status(code == ExitCode::success ? "finished" : "stopped");
    return code;
  } catch (const std::exception& error) {
    tell_status("failed", error.what());
    throw;
  }
}

ExitCode Trainer::train() {
  if (is_finished()) {
    require_best();
    log_.info("the run in {} is finished: nothing to do", directory_.path().string());
    return ExitCode::success;
  }
  tell_status("training");
  while (!is_finished()) {
    const auto wish = run_epoch();
    if (is_stop(wish)) {
      announce_stop(wish);
      return ExitCode::stopped;
    }
    tell_status("training");
  }
  require_best();
  const auto& progress = state_->progress;
  if (progress.best_sum >= 0.0) {
    log_.info("best on validation: HR@10 + NDCG@10 = {:.4f}; model in {}", progress.best_sum,
              directory_.best().string());
  } else {
    log_.info("no validation items: the last model is in {}", directory_.best().string());
  }
  return ExitCode::success;
}

// Somebody may have removed it, or it was damaged, since the epoch that was the best.
void Trainer::require_best() const {
  communicator_.agree([&] {
    if (communicator_.rank() == 0 && !directory_.has_best()) {
      throw RuntimeError("{} is missing or damaged: the best model is lost; the last one is in {}",
                         directory_.best().string(), directory_.checkpoint().string());
    }
  });
}

void Trainer::announce_stop(Wish wish) const {
  const auto& progress = state_->progress;
  log_.info("stopped {} after step {} of {} of epoch {}; go on with the same command and --resume",
            wish == Wish::stop_for_time ? "at the time limit" : "on a signal", progress.epoch_step,
            plan_->steps_per_epoch(), progress.epoch + 1);
}

}  // namespace ampcf::training
