#include "training/epoch_report.hpp"

#include <algorithm>

namespace ampcf::training {

void Trainer::compare_efforts(const Effort& effort, EpochReport& report) const {
  const auto ranks = static_cast<double>(communicator_.size());
  const auto waiting = step_->exchange().seconds_waiting() - effort.waiting_before;
  const auto busy = effort.seconds - waiting;
  const auto mean_busy = communicator_.sum(busy) / ranks;
  const auto bytes = static_cast<double>(step_->exchange().bytes_received() - effort.bytes_before);
  const auto steps = std::max<std::uint64_t>(1, state_->progress.epoch_step - effort.first_step);
  report.bytes_per_step = communicator_.max(bytes) / static_cast<double>(steps);
  report.waiting_share = communicator_.sum(waiting) / std::max(1e-9, communicator_.sum(effort.seconds));
  report.imbalance = communicator_.max(busy) / std::max(1e-9, mean_busy);
}

void Trainer::judge(EpochReport& report) {
  auto& progress = state_->progress;
  if (!report.validation) {
    report.is_best = true;  // the last model is the best that is known
    return;
  }
  const auto [hr, ndcg] = *report.validation;
  const bool is_better = hr > progress.best_hr || ndcg > progress.best_ndcg;
  progress.epochs_without_improvement = is_better ? 0 : progress.epochs_without_improvement + 1;
  progress.best_hr = std::max(progress.best_hr, hr);
  progress.best_ndcg = std::max(progress.best_ndcg, ndcg);
  report.is_best = hr + ndcg > progress.best_sum;
  progress.best_sum = std::max(progress.best_sum, hr + ndcg);
}

void Trainer::record(const EpochReport& report) {
  auto& progress = state_->progress;
  const double rate = static_cast<double>(dataset_->interaction_count()) / report.training_seconds;
  const auto metric = [&](double ValidationMetrics::*member) {
    return report.validation ? fmt::format("{:.17g}", (*report.validation).*member) : std::string();
  };
  progress.log_rows.push_back(fmt::format(
      "{},{:.3f},{:.0f},{:.17g},{:.17g},{:.17g},{:.17g},{},{},{:.3f},{:.3f},{:.3f},{:.0f},{:.3f},{:.3f},{:.4f},{:.4f}",
      progress.epoch, report.training_seconds + report.validation_seconds + seconds_in_checkpoints_, rate,
      report.loss.total, report.loss.data, report.loss.entropy_positive, report.loss.entropy_negative,
      metric(&ValidationMetrics::hr), metric(&ValidationMetrics::ndcg), report.training_seconds,
      report.validation_seconds, seconds_in_checkpoints_, report.bytes_per_step, report.waiting_share, report.imbalance,
      report.usage.effective, report.usage.idle));
  seconds_in_checkpoints_ = 0.0;
  const auto validation = report.validation
                              ? fmt::format(", validation HR@10 {:.4f} NDCG@10 {:.4f}{}", report.validation->hr,
                                            report.validation->ndcg, report.is_best ? " (best)" : "")
                              : std::string();
  log_.info("epoch {}: loss {:.4f}{}, {:.0f} positives/s, {:.1f} s", progress.epoch, report.loss.total, validation,
            rate, report.training_seconds);
  warn_of_collapse(report);
}

// At the end alone: in the first epochs personas have not parted yet.
void Trainer::warn_of_collapse(const EpochReport& report) const {
  const auto r = options_.dimensions.personas;
  if (communicator_.rank() == 0 && is_finished() && is_collapsed(report.usage, r)) {
    log_.warn(
        "personas have collapsed: of {} a user has {:.2f} in use on average, {:.0f} % of all claim nothing of their "
        "user's history; explanations will name the same persona for nearly everything (less --weight-decay keeps more "
        "alive)",
        r, report.usage.effective, 100.0 * report.usage.idle);
  }
}

}  // namespace ampcf::training
