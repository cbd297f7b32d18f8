#include "ampcf/core/error.hpp"
#include "ampcf/core/version.hpp"
#include "ampcf/kernels/exponential.hpp"
#include "ampcf/training/consistency.hpp"
#include "ampcf/training/memory.hpp"
#include "ampcf/training/trainer.hpp"
#include "training/item_counts.hpp"
#include "training/occurrences.hpp"
#include "training/progress.hpp"

namespace ampcf::training {

namespace {

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

}  // namespace

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
    if (communicator_.rank() == 0) {
      ids_ = {dataset_->user_ids(), dataset_->item_ids()};
    }
  });
  dataset::HeldOut held_out;
  communicator_.agree([&] { held_out = dataset_->held_out(dataset::HeldOutPart::validation, interactions_.users); });
  validation_.emplace(communicator_, std::move(held_out));
  share_memory();
}

void Trainer::share_memory() {
  node_.emplace(communicator_, options_.sharing_ranks);
  require_room_in_memory();
  memory_.emplace(node_->ranks());
  // What the ranks of a node make together comes by itself: a rank that failed at anything of its own in between would
  // be waited for by its node, and wait here.
  const auto parts = parts_of(options_);
  checkpoint::ItemMemory items;
  communicator_.agree([&] { items = {options_.dimensions, dataset_->item_count(), *memory_, parts}; });
  communicator_.agree(
      [&] { state_.emplace(options_.dimensions, interactions_.users, dataset_->item_count(), parts, items); });
}

model::Projected Trainer::projected() const {
  return options_.projected(dataset_->user_count(), dataset_->item_count());
}

MemoryNeed Trainer::memory_need() const {
  return training::memory_need({.dimensions = options_.dimensions,
                                .parts = parts_of(options_),
                                .users = dataset_->user_count(),
                                .own_users = interactions_.users.count(),
                                .own_interactions = interactions_.item.size(),
                                .items = dataset_->item_count(),
                                .validation_candidates = validation_->candidates_per_user(),
                                .positives = plan_->largest_batch(),
                                .own_positives = plan_->largest_part(static_cast<std::uint64_t>(communicator_.rank())),
                                .shard_positives = plan_->largest_share(),
                                .candidates = options_.candidates(dataset_->item_count()),
                                .node_ranks = static_cast<std::uint64_t>(node_->ranks().size()),
                                .has_other_nodes = node_->has_lane() && node_->lane().size() > 1,
                                .has_ids = communicator_.rank() == 0,
                                .has_log_q = options_.has_log_q,
                                .has_added_validation = final_epochs_.has_value(),
                                .projected = projected()});
}

// Before it is asked for: the kernel would grant it, and kill a rank when it is used.
void Trainer::require_room_in_memory() const {
  const auto need = memory_need();
  const auto host = communicator_.of_host();
  const bool is_first_of_copy = node_->ranks().rank() == 0;
  const auto host_bytes = host.sum(need.rank_bytes + (is_first_of_copy ? need.node_bytes : 0));
  communicator_.agree([&] {
    const auto memory = host_memory();
    if (!memory) {
      return;
    }
    require_memory(host_bytes, memory->total_bytes, fmt::format("the node of rank {}", communicator_.rank()));
    if (host_bytes > memory->available_bytes && host.rank() == 0) {
      log_.warn("the run needs {} of this node, which has {}, but now only {} to spare", size_text(host_bytes),
                size_text(memory->total_bytes), size_text(memory->available_bytes));
    }
  });
}

void Trainer::open_run() {
  if (const auto checkpoints = prepare_directory(); checkpoints.empty()) {
    initialize();
  } else {
    resume(checkpoints);
  }
  communicator_.agree([&] {
    if (communicator_.rank() != 0) {
      return;
    }
    if (!is_finished()) {
      directory_.require_room(checkpoint::state_bytes(options_.dimensions, dataset_->user_count(),
                                                      dataset_->item_count(), parts_of(options_)) +
                                  checkpoint::ids_bytes(ids_) + checkpoint::log_bytes(state_->progress),
                              options_.keep, !options_.is_resumed);
      if (!options_.is_resumed) {
        directory_.clear();
      }
      directory_.write_config(resolved_);
    }
    // Also of a finished run: it may have been killed between its last checkpoint and the log's last row.
    directory_.write_log(kLogHeader, state_->progress.log_rows);
  });
}

void Trainer::initialize() {
  model::initialize(state_->personas, options_.initial_scale, options_.seed);
  model::initialize(state_->shared, options_.initial_scale, options_.projection_noise, options_.seed,
                    node_->ranks().rank() == 0);
  inherit();
  communicator_.barrier();
  average(1);
}

void Trainer::build_step() {
  auto counts = count_items(communicator_, interactions_, dataset_->item_count());
  std::optional<sampling::NegativeSampler> negatives;
  std::vector<float> logs;
  communicator_.agree([&] {
    negatives.emplace(options_.negatives, counts, options_.seed);
    if (options_.has_log_q) {
      logs = log_probabilities(negatives->table());
    }
  });
  const auto occurrences = most_occurrences(communicator_, counts, interactions_, *negatives, options_.is_full_softmax);
  counts = {};  // their room is the step's
  parallel::GradientShape shape;
  communicator_.agree([&] {
    sampler_.emplace(*plan_, static_cast<std::uint64_t>(communicator_.rank()), interactions_, std::move(*negatives),
                     options_.is_full_softmax, options_.seed);
    shape.dimensions = options_.dimensions;
    shape.projected = projected();
    shape.item_count = dataset_->item_count();
    shape.largest_batch = plan_->largest_batch();
    shape.candidates_per_example = sampler_->candidates_per_example();
    shape.scale = parallel::ItemScale::of(shape.largest_batch, shape.candidates_per_example, occurrences);
    shape.shards = plan_->shard_count();
    shape.largest_share = plan_->largest_share();
    shape.are_totals_rounded = options_.gradient_bits == "16";
  });
  std::optional<parallel::GradientExchange::Memory> memory;
  communicator_.agree([&] { memory.emplace(*node_, *memory_, shape); });
  communicator_.agree([&] {
    step_.emplace(communicator_, *node_, std::move(*memory), *plan_, *sampler_, options_.loss, updates_of(options_),
                  shape, std::move(logs), *state_);
  });
}

void Trainer::announce() const {
  log_.info("{} users, {} items, {} training interactions, {} users with a validation item", dataset_->user_count(),
            dataset_->item_count(), dataset_->interaction_count(), validation_->user_count());
  const bool is_learned = projected() != model::Projected::nothing;
  log_.info("r = {}, d = {}, {} attention{}; {} steps of {} positives to an epoch; {} on {} in {} shards",
            options_.dimensions.personas, options_.dimensions.dim, options_.attention,
            is_learned ? fmt::format(" that projects {}", model::name_of(projected())) : "", plan_->steps_per_epoch(),
            options_.batch_size, communicator_.size() == 1 ? "1 rank" : fmt::format("{} ranks", communicator_.size()),
            instruction_set(), options_.shards);
  const auto need = memory_need();
  log_.info("memory: {} of this rank, {} that the ranks of its node share", size_text(need.rank_bytes),
            size_text(need.node_bytes));
  if (state_->progress.step > 0) {
    log_.info("resumed after epoch {}{}", state_->progress.epoch,
              state_->progress.epoch_step > 0 ? fmt::format(" and {} steps", state_->progress.epoch_step) : "");
  }
}

}  // namespace ampcf::training
