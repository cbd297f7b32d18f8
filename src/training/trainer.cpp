#include "ampcf/training/trainer.hpp"

#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/communication/stall_watch.hpp"
#include "ampcf/core/error.hpp"
#include "ampcf/core/version.hpp"
#include "ampcf/kernels/exponential.hpp"
#include "ampcf/training/consistency.hpp"
#include "ampcf/training/memory.hpp"
#include "training/epoch_report.hpp"
#include "training/progress.hpp"

#include <chrono>
#include <cmath>
#include <sstream>

namespace ampcf::training {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kInteractionsForUsage = 65536;  // looked at after an epoch: some milliseconds

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// How often each item stands in the whole training part.
std::vector<std::uint64_t> count_items(const communication::Communicator& communicator,
                                       const dataset::Interactions& interactions, std::uint64_t item_count) {
  std::vector<std::uint64_t> counts(item_count);
  for (const auto item : interactions.item) {
    ++counts[item];
  }
  communicator.sum(std::span<std::uint64_t>(counts));
  return counts;
}

// Expected number of times that the candidates of one positive name the most frequent item.
double largest_share(const std::vector<std::uint64_t>& counts, const sampling::NegativeSampler& negatives,
                     const TrainingOptions& options, std::uint64_t interactions) {
  double largest = 0.0;
  for (ItemIndex item = 0; item < counts.size(); ++item) {
    const double as_positive = static_cast<double>(counts[item]) / static_cast<double>(interactions);
    const double as_negative =
        options.is_full_softmax ? 1.0 : negatives.table().probability(item) * static_cast<double>(negatives.count());
    largest = std::max(largest, as_positive + as_negative);
  }
  // Refused draws go to the remaining items: allow for half of all draws being refused.
  return options.negatives.is_seen_excluded ? 2.0 * largest : largest;
}

std::vector<float> log_probabilities(const sampling::AliasTable& table) {
  std::vector<float> logs(table.size());
  for (ItemIndex item = 0; item < logs.size(); ++item) {
    logs[item] = static_cast<float>(kernels::logarithm(std::max(table.probability(item), 1e-30)));
  }
  return logs;
}

optimizer::UpdateOptions updates_of(const TrainingOptions& options) {
  optimizer::UpdateOptions updates;
  updates.personas = {options.persona_learning_rate.value_or(options.learning_rate), options.weight_decay};
  updates.items = {options.learning_rate, options.item_weight_decay.value_or(options.weight_decay)};
  updates.projections = {options.projection_learning_rate.value_or(options.learning_rate), 0.0};
  return updates;
}

// A list of files as text that one rank can tell the others.
std::string join_lines(const std::vector<std::filesystem::path>& paths) {
  std::string text;
  for (const auto& path : paths) {
    text += path.string() + '\n';
  }
  return text;
}

std::vector<std::filesystem::path> split_lines(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::filesystem::path> paths;
  for (std::string line; std::getline(stream, line);) {
    paths.emplace_back(line);
  }
  return paths;
}

}  // namespace

Trainer::Trainer(const communication::Communicator& communicator, Log& log, const TrainingOptions& options,
                 std::string resolved, Wishes wishes, std::optional<std::uint64_t> final_epochs)
    : communicator_(communicator),
      log_(log),
      options_(options),
      resolved_(std::move(resolved)),
      wishes_(std::move(wishes)),
      final_epochs_(final_epochs),
      directory_(options.output) {
  try {
    open_data();
    open_run();
    build_step();
    announce();
  } catch (const communication::AgreedError&) {
    // All ranks are here. What they share can be given back now, but not while the error unwinds (NodeMemory).
    step_.reset();
    state_.reset();
    memory_.reset();
    throw;
  }
}

Trainer::~Trainer() = default;

void Trainer::open_data() {
  communicator_.agree([&] { dataset_.emplace(options_.data); });
  require_same_data(communicator_, *dataset_, options_.data);
  communicator_.agree([&] {
    if (final_epochs_) {
      dataset_->add_back_validation();
    }
    if (dataset_->interaction_count() == 0) {
      throw DataError("{}: no training interactions in it", options_.data.string());
    }
    plan_.emplace(dataset_->indptr(), options_.shards, static_cast<std::uint64_t>(communicator_.size()),
                  options_.batch_size);
    const auto users = plan_->users_of_rank(static_cast<std::uint64_t>(communicator_.rank()));
    interactions_ = dataset_->interactions(users);
  });
  dataset::HeldOut held_out;
  communicator_.agree([&] { held_out = dataset_->held_out(dataset::HeldOutPart::validation, interactions_.users); });
  validation_.emplace(communicator_, std::move(held_out));
  share_memory();
}

void Trainer::share_memory() {
  node_.emplace(communicator_, options_.sharing_ranks);
  memory_.emplace(node_->ranks());
  communicator_.agree([&] {
    state_.emplace(options_.dimensions, interactions_.users, dataset_->item_count(), *memory_, parts());
  });
}

void Trainer::open_run() {
  std::string checkpoints;
  communicator_.agree([&] {
    if (communicator_.rank() == 0) {
      lock_.emplace(directory_.prepare(options_.is_resumed, options_.is_forced));
      checkpoints = options_.is_resumed ? join_lines(directory_.resumable()) : "";
    }
  });
  communicator_.broadcast(checkpoints, 0);
  if (checkpoints.empty()) {
    model::initialize(state_->personas, options_.initial_scale, options_.seed);
    model::initialize(state_->shared, options_.initial_scale, options_.projection_noise, options_.seed,
                      node_->ranks().rank() == 0);
    communicator_.barrier();
    average(1);
  } else {
    resume(split_lines(checkpoints));
  }
  communicator_.agree([&] {
    if (communicator_.rank() != 0) {
      return;
    }
    if (!is_finished()) {
      directory_.require_room(
          checkpoint::state_bytes(options_.dimensions, dataset_->user_count(), dataset_->item_count(), parts()),
          options_.keep);
      directory_.write_config(resolved_);
    }
    // Also of a finished run: it may have been killed between its last checkpoint and the log's last row.
    directory_.write_log(kLogHeader, state_->progress.log_rows);
  });
}

// Where the newest is damaged, the run goes on from the one before: it computes what is lost again, to the same bits.
void Trainer::resume(const std::vector<std::filesystem::path>& checkpoints) {
  for (std::size_t i = 0; i < checkpoints.size(); ++i) {
    try {
      communicator_.agree([&] { resume_from(checkpoints[i]); });
      last_checkpoint_ = fmt::format("{} (step {})", checkpoints[i].string(), state_->progress.step);
      return;
    } catch (const communication::AgreedError& error) {
      if (error.code() != ExitCode::runtime || i + 1 == checkpoints.size()) {
        throw;
      }
      if (communicator_.rank() == 0) {
        log_.warn("{}; going on from {}", error.what(), checkpoints[i + 1].string());
        directory_.set_aside(checkpoints[i]);
      }
    }
  }
}

void Trainer::resume_from(const std::filesystem::path& path) {
  {
    const checkpoint::ModelFile model(path);
    if (model.dataset_fingerprint() != dataset_->fingerprint()) {
      throw UsageError("{} was trained on a dataset with fingerprint {}, but {} has {}: resume with the same data",
                       path.string(), model.dataset_fingerprint(), options_.data.string(), dataset_->fingerprint());
    }
    require_same_run(model.config(), resolved_);
    const auto& instructions = model.instruction_set();
    if (instructions != instruction_set()) {
      log_.warn("{} was computed with {}, this program with {}: the rest will be right, but not to the same bits",
                path.string(), instructions, instruction_set());
    }
  }
  checkpoint::read_state(path, *state_, node_->ranks().rank() == 0);
  for (auto& row : state_->progress.log_rows) {
    row = with_all_columns(std::move(row));
  }
}

void Trainer::build_step() {
  const auto counts = count_items(communicator_, interactions_, dataset_->item_count());
  communicator_.agree([&] {
    sampling::NegativeSampler negatives(options_.negatives, counts, options_.seed);
    const auto share = largest_share(counts, negatives, options_, dataset_->interaction_count());
    auto logs = options_.has_log_q ? log_probabilities(negatives.table()) : std::vector<float>();
    sampler_.emplace(*plan_, static_cast<std::uint64_t>(communicator_.rank()), interactions_, std::move(negatives),
                     options_.is_full_softmax, options_.seed);
    parallel::GradientShape shape;
    shape.dimensions = options_.dimensions;
    shape.item_count = dataset_->item_count();
    shape.largest_batch = plan_->largest_batch();
    shape.candidates_per_example = sampler_->candidates_per_example();
    shape.scale = parallel::ItemScale::of(shape.largest_batch, shape.candidates_per_example, share);
    shape.shards = plan_->shard_count();
    shape.largest_share = plan_->largest_share();
    step_.emplace(communicator_, *node_, *memory_, *plan_, *sampler_, options_.loss, updates_of(options_), shape,
                  std::move(logs), *state_);
  });
}

void Trainer::announce() const {
  log_.info("{} users, {} items, {} training interactions, {} users with a validation item", dataset_->user_count(),
            dataset_->item_count(), dataset_->interaction_count(), validation_->user_count());
  log_.info("r = {}, d = {}, {} attention; {} steps of {} positives to an epoch; {} on {} in {} shards",
            options_.dimensions.personas, options_.dimensions.dim, options_.attention, plan_->steps_per_epoch(),
            options_.batch_size, communicator_.size() == 1 ? "1 rank" : fmt::format("{} ranks", communicator_.size()),
            instruction_set(), options_.shards);
  const auto own_users = interactions_.users;
  const auto need = memory_need({options_.dimensions, parts(), dataset_->user_count(), own_users.count(),
                                 interactions_.item.size(), dataset_->item_count(), validation_->candidates_per_user(),
                                 plan_->largest_batch(), sampler_->candidates_per_example(),
                                 static_cast<std::uint64_t>(node_->ranks().size())});
  log_.info("memory: {:.2f} GB of this rank, {:.2f} GB that the ranks of its node share",
            1e-9 * static_cast<double>(need.rank_bytes), 1e-9 * static_cast<double>(need.node_bytes));
  if (state_->progress.step > 0) {
    log_.info("resumed after epoch {}{}", state_->progress.epoch,
              state_->progress.epoch_step > 0 ? fmt::format(" and {} steps", state_->progress.epoch_step) : "");
  }
}

// The log is part of the checkpoint that all ranks write, so its times must be the same on all of them.
double Trainer::slowest(double seconds) const { return communicator_.max(seconds); }

bool Trainer::is_finished() const {
  const auto& progress = state_->progress;
  const bool is_exhausted = options_.patience > 0 && progress.epochs_without_improvement >= options_.patience;
  return progress.epoch >= final_epochs_.value_or(options_.epochs) || (is_exhausted && validation_->user_count() > 0);
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
  if (is_finished()) {
    log_.info("the run in {} is finished: nothing to do", directory_.path().string());
    return ExitCode::success;
  }
  while (!is_finished()) {
    const auto wish = run_epoch();
    if (is_stop(wish)) {
      announce_stop(wish);
      return ExitCode::stopped;
    }
  }
  const auto& progress = state_->progress;
  if (progress.best_sum >= 0.0) {
    log_.info("best on validation: HR@10 + NDCG@10 = {:.4f}; model in {}", progress.best_sum,
              directory_.best().string());
  } else {
    log_.info("no validation items: the last model is in {}", directory_.best().string());
  }
  return ExitCode::success;
}

// Returns the wish that ended it.
Wish Trainer::run_epoch() {
  EpochReport report;
  if (const auto wish = train_epoch(report); is_stop(wish)) {
    return wish;
  }
  const auto start = Clock::now();
  report.validation = validation_->run(state_->outcome_personas(), state_->outcome_shared());
  report.usage = measure_usage(communicator_, interactions_, state_->outcome_personas(), state_->outcome_shared(),
                               usage_stride(dataset_->interaction_count(), kInteractionsForUsage));
  report.validation_seconds = slowest(seconds_since(start));
  judge(report);
  record(report);

  const auto wish = is_finished() ? Wish::nothing : agreed_wish();
  const auto& progress = state_->progress;
  if (report.is_best || is_finished() || wish != Wish::nothing || progress.epoch % options_.checkpoint_every == 0) {
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
    with_place([&] { wish = take_step(factor * warm_up_factor()); });
    line.update(progress.epoch_step);
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
  report.loss = step_->losses().means(communicator_, sampler_->candidates_per_example() - 1, options_.loss);
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
    throw communication::AgreedError(
        error.code(), error.reporter(),
        fmt::format("epoch {}, step {} of {}: {}; {}", progress.epoch + 1, progress.epoch_step + 1,
                    plan_->steps_per_epoch(), error.what(),
                    last_checkpoint_.empty() ? "there is no checkpoint yet"
                                             : fmt::format("the last good checkpoint is {}", last_checkpoint_)));
  }
}

void Trainer::write_checkpoint(bool is_best) {
  const auto start = Clock::now();
  with_place([&] {
    require_same_replicas(communicator_, *state_);
    directory_.write_checkpoint(communicator_, {dataset_->fingerprint(), resolved_, dataset_->user_count()}, *state_,
                                is_best, options_.keep);
  });
  last_checkpoint_ = fmt::format("{} (step {})", directory_.checkpoint().string(), state_->progress.step);
  seconds_in_checkpoints_ += slowest(seconds_since(start));
}

void Trainer::announce_stop(Wish wish) const {
  const auto& progress = state_->progress;
  log_.info("stopped {} after step {} of {} of epoch {}; go on with the same command and --resume",
            wish == Wish::stop_for_time ? "at the time limit" : "on a signal", progress.epoch_step,
            plan_->steps_per_epoch(), progress.epoch + 1);
}

}  // namespace ampcf::training
