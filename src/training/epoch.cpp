#include "ampcf/communication/stall_watch.hpp"
#include "ampcf/core/clock.hpp"
#include "ampcf/training/consistency.hpp"
#include "training/epoch_report.hpp"
#include "training/progress.hpp"

#include <algorithm>
#include <chrono>

namespace ampcf::training {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kInteractionsForUsage = 65536;  // looked at after an epoch: some milliseconds

}  // namespace

// Returns the wish that ended it.
Wish Trainer::run_epoch() {
  EpochReport report;
  if (const auto wish = train_epoch(report); is_stop(wish)) {
    return wish;
  }
  const auto start = Clock::now();
  with_place([&] { report.validation = validation_->run(state_->outcome_personas(), state_->outcome_shared()); });
  report.usage = measure_usage(communicator_, interactions_, state_->outcome_personas(), state_->outcome_shared(),
                               usage_stride(dataset_->interaction_count(), kInteractionsForUsage));
  report.validation_seconds = slowest(seconds_since(start));
  judge(report);
  record(report);

  const auto wish = is_finished() ? Wish::nothing : agreed_wish();
  const auto& progress = state_->progress;
  const bool is_due = is_finished() || wish != Wish::nothing || progress.epoch % options_.checkpoint_every == 0;
  if (is_due || (report.is_best && report.validation)) {
    write_checkpoint(report.is_best);
  }
  communicator_.agree([&] {
    if (communicator_.rank() == 0) {
      directory_.write_log(kLogHeader, progress.log_rows);
    }
  });
  return wish;
}

// Returns the wish that stopped it before its end.
Wish Trainer::train_epoch(EpochReport& report) {
  auto& progress = state_->progress;
  const double factor = learning_rate_factor();
  ProgressLine line(communicator_.rank() == 0 && stderr_is_terminal(), progress.epoch + 1, plan_->steps_per_epoch(),
                    progress.epoch_step, dataset_->interaction_count());
  Effort effort{0.0, step_->exchange().seconds_waiting(), step_->exchange().bytes_received(), progress.epoch_step};
  auto start = Clock::now();
  const auto pause_for_checkpoint = [&] {
    effort.seconds += seconds_since(start);
    progress.training_seconds += slowest(seconds_since(start));
    progress.loss_sums = step_->losses().total(communicator_);
    write_checkpoint(false);
    start = Clock::now();
  };
  step_->losses().restart(communicator_.rank() == 0 ? progress.loss_sums : decltype(progress.loss_sums){});
  sampler_->begin_epoch(progress.epoch);
  while (progress.epoch_step < plan_->steps_per_epoch()) {
    Wish wish = Wish::nothing;
    is_in_step_ = true;
    with_place([&] { wish = take_step(factor * warm_up_factor()); });
    is_in_step_ = false;
    line.update(progress.epoch_step);
    tell_status_when_due();
    if (wish != Wish::nothing) {
      pause_for_checkpoint();
    }
    if (is_stop(wish)) {
      return wish;
    }
  }
  effort.seconds += seconds_since(start);
  report.training_seconds = progress.training_seconds + slowest(seconds_since(start));
  compare_efforts(effort, report);
  report.loss = step_->losses().means(communicator_, options_.loss);
  const auto largest = communicator_.max(static_cast<double>(step_->exchange().items().largest()));
  if (largest > static_cast<double>(parallel::ItemScale::kClip) && communicator_.rank() == 0) {
    log_.warn("items' gradients were clipped to +-{}: one has reached {:.1f} since the program started",
              parallel::ItemScale::kClip, largest);
  }
  ++progress.epoch;
  average(progress.epoch);
  progress.epoch_step = 0;
  progress.loss_sums = {};
  progress.training_seconds = 0.0;
  return Wish::nothing;
}

// The ranks of a node share one mean of the items, as they share the items.
void Trainer::average(std::uint64_t sample) {
  if (!state_->mean) {
    return;
  }
  const auto ranks = static_cast<std::uint64_t>(node_->ranks().size());
  const auto rank = static_cast<std::uint64_t>(node_->ranks().rank());
  const auto items = dataset_->item_count();
  state_->mean->add(state_->personas, state_->shared, sample, options_.average_epochs, items * rank / ranks,
                    items * (rank + 1) / ranks);
  node_->ranks().barrier();
}

Wish Trainer::agreed_wish() const {
  return static_cast<Wish>(communicator_.max(static_cast<std::uint32_t>(wishes_(state_->progress.step))));
}

Pace Trainer::measure_pace(double seconds) {
  const auto steps = plan_->steps_per_epoch();
  std::uint64_t step = 0;
  const auto run = [&](std::uint64_t count) {
    const auto start = Clock::now();
    for (std::uint64_t i = 0; i < count; ++i) {
      if (step == 0) {
        sampler_->begin_epoch(state_->progress.epoch++);
      }
      step_->run(step, 1.0, 0);
      step = (step + 1) % steps;
    }
    return seconds_since(start);
  };
  // To warm up, and to see how many fit; of steps that are long themselves a few must do.
  const auto few = static_cast<std::uint64_t>(std::clamp(seconds / std::max(1e-6, slowest(run(1))), 1.0, 16.0));
  run(few);
  const auto trial = std::max(1e-6, slowest(run(few)) / static_cast<double>(few));
  Pace pace;
  pace.steps = static_cast<std::uint64_t>(std::clamp(seconds / trial, 4.0 * static_cast<double>(few), 1e6));
  const auto waited = step_->exchange().seconds_waiting();
  const auto received = step_->exchange().bytes_received();
  const auto spent = run(pace.steps);
  const auto waiting = step_->exchange().seconds_waiting() - waited;
  const auto count = static_cast<double>(pace.steps);
  const auto positives = count / static_cast<double>(steps) * static_cast<double>(dataset_->interaction_count());
  const auto all = communicator_.sum(spent);
  pace.seconds_per_step = slowest(spent) / count;
  pace.waiting_share = communicator_.sum(waiting) / all;
  pace.rank_rate = positives / std::max(1e-9, all * (1.0 - pace.waiting_share));
  pace.bytes_per_step = communicator_.max(static_cast<double>(step_->exchange().bytes_received() - received)) / count;
  const auto start = Clock::now();
  if (validation_->run(state_->outcome_personas(), state_->outcome_shared())) {
    pace.validation_seconds = slowest(seconds_since(start));
  }
  return pace;
}

Wish Trainer::take_step(double learning_rate_factor) {
  auto& progress = state_->progress;
  if (communicator_.watch() != nullptr) {
    communicator_.watch()->set_place(progress.epoch + 1, progress.epoch_step + 1);
  }
  const auto wish = static_cast<Wish>(
      step_->run(progress.epoch_step, learning_rate_factor, static_cast<std::uint32_t>(wishes_(progress.step))));
  ++progress.epoch_step;
  ++progress.step;
  return wish;
}

// An error that all ranks share, with where it happened and what is left of the run.
template <typename F>
void Trainer::with_place(F&& work) const {
  try {
    work();
  } catch (const communication::AgreedError& error) {
    const auto& progress = state_->progress;
    const auto place = progress.epoch_step == 0 && !is_in_step_
                           ? fmt::format("after epoch {}", progress.epoch)
                           : fmt::format("epoch {}, step {} of {}", progress.epoch + 1,
                                         progress.epoch_step + (is_in_step_ ? 1 : 0), plan_->steps_per_epoch());
    throw communication::AgreedError(
        error.code(), error.reporter(),
        fmt::format("{}: {}; {}", place, error.what(),
                    last_checkpoint_.empty() ? "there is no checkpoint yet"
                                             : fmt::format("the last good checkpoint is {}", last_checkpoint_)));
  }
}

void Trainer::write_checkpoint(bool is_best) {
  const auto start = Clock::now();
  with_place([&] {
    require_same_replicas(communicator_, *state_);
    directory_.write_checkpoint(communicator_, {dataset_->fingerprint(), resolved_, dataset_->user_count(), &ids_},
                                *state_, is_best, options_.keep);
  });
  last_checkpoint_ = fmt::format("{} (step {})", directory_.checkpoint().string(), state_->progress.step);
  seconds_in_checkpoints_ += slowest(seconds_since(start));
}

}  // namespace ampcf::training
