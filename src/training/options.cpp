#include "ampcf/training/options.hpp"

#include "ampcf/config/ini.hpp"
#include "ampcf/core/error.hpp"
#include "ampcf/parallel/form_gradient.hpp"

#include <algorithm>

namespace ampcf::training {

namespace {

const config::Range kSize{1.0, 4096.0, "1 to 4096"};

void add_initial_options(config::OptionTable& table, TrainingOptions& options) {
  table.begin_group("Start from an older model");
  table.add(
      "initialize-from", options.initialize_from,
      "begin with this checkpoint's model: users and items take over the rows of their raw ids, new ones begin as "
      "always");
  table.add("initialize-fingerprint", options.initialize_fingerprint, "HEX",
            "refuse another model there than this one; config.ini has it of the model that the run began with");
  table.add("initialize-moments", options.has_initial_moments, "take over Adam's moments of these rows too");
}

void add_plan_options(config::OptionTable& table, TrainingOptions& options) {
  auto& plan = options.plan;
  table.begin_group("Plan");
  const auto add = [](config::Option& option) { config::OptionTable::keep_out_of_config(option); };
  add(table.add("dry-run", plan.is_asked,
                "print what the run would need and take, after some measured steps, and write nothing"));
  add(table.add("plan-ranks", plan.ranks, "plan for so many ranks; 0: those that run"));
  add(table.add("plan-nodes", plan.nodes, "on so many nodes; 0: those that run, one with --plan-ranks"));
  add(table.add("plan-memory", plan.memory_gb, "of so many GB each; 0: as much as this one", config::kNotNegative));
  add(table.add("plan-rate", plan.rate, "positives of a rank in a second; 0: measured", config::kNotNegative));
  add(table.add("plan-bandwidth", plan.bandwidth_gb_per_second, "GB/s of a node's link", config::kPositive));
  add(table.add("plan-latency", plan.latency_microseconds, "microseconds of a message between nodes",
                config::kNotNegative));
}

void add_model_options(config::OptionTable& table, TrainingOptions& options) {
  table.begin_group("Model");
  table.add("personas", options.dimensions.personas, "personas of a user, r; 1 is matrix factorisation",
            {1.0, 64.0, "1 to 64"});
  table.add("dim", options.dimensions.dim, "dimension d of personas and items; multiples of 16 are fast", kSize);
  table.add_choice("attention", options.attention, {"learned", "identity"},
                   "projections into attention space: trained, or the unit matrix");
  table.add("attention-dim", options.dimensions.attention_dim, "dimension d_a of the attention space", kSize);
  table.add("initial-scale", options.initial_scale, "standard deviation of personas and items at the start",
            config::kNotNegative);
  table.add("projection-noise", options.projection_noise,
            "standard deviation of learned projections around the unit matrix at the start", config::kNotNegative);
  table.add_choice("project", options.project, {"auto", "personas", "items"},
                   "what learned attention projects: a batch's personas, its items, or which are fewer; the same but "
                   "for rounding. Nodes tell each other twice as much of projected items");
}

void add_loss_options(config::OptionTable& table, TrainingOptions& options) {
  table.begin_group("Loss");
  table.add("negatives", options.negatives.count, "negatives |N| of a positive", {1.0, 4096.0, "1 to 4096"});
  table.add("negative-power", options.negatives.power, "negatives are drawn by count^X; 0 is uniform",
            config::kNotNegative);
  table.add("exclude-seen", options.negatives.is_seen_excluded, "never draw an item that the user has consumed");
  table.add("log-q", options.has_log_q, "correct scores for the sampling probability, y - log q");
  table.add("full-softmax", options.is_full_softmax, "take every other item as a negative (small catalogues)");
  table.add("alpha", options.loss.alpha, "weight of the data term; 1 - alpha goes to the entropies", config::kFraction);
  table.add("lambda-positive", options.loss.lambda_positive, "weight of the attention's entropy on positives",
            config::kNotNegative);
  table.add("lambda-negative", options.loss.lambda_negative, "weight of the attention's entropy on negatives",
            config::kNotNegative);
  table.add("lambda-balance", options.loss.lambda_balance,
            "weight of what makes a user's personas share his positives; 0: nothing does", config::kNotNegative);
}

void add_optimizer_options(config::OptionTable& table, TrainingOptions& options) {
  table.begin_group("Optimiser");
  table.add("learning-rate", options.learning_rate, "step of Adam", config::kPositive);
  table.add("persona-learning-rate", options.persona_learning_rate,
            "the same for personas alone; without it, as --learning-rate", config::kPositive);
  table.add("projection-learning-rate", options.projection_learning_rate,
            "the same for learned projections alone; without it, as --learning-rate", config::kPositive);
  table.add("final-learning-rate", options.final_learning_rate,
            "share of the learning rate left in the last of --epochs; it falls linearly", config::kFraction);
  table.add(
      "warm-up-epochs", options.warm_up_epochs,
      "first epochs over which the learning rate rises linearly, step by step; large batches may need it; at most "
      "--epochs",
      config::kNotNegative);
  table.add("weight-decay", options.weight_decay,
            "added, times the row, to a touched row's gradient summed over the batch", config::kNotNegative);
  table.add("item-weight-decay", options.item_weight_decay, "the same for items alone; without it, as --weight-decay",
            config::kNotNegative);
  table.add("batch-size", options.batch_size, "positives of a step, over all ranks", {1.0, 16777216.0, "1 to 2^24"});
  table.add_choice("gradient-bits", options.gradient_bits, {"32", "16"},
                   "of a number of an item's gradient, summed over the batch; 16 halves what nodes tell each other of "
                   "sums, and changes the result a little, the same way on any number of ranks");
  table.add("epochs", options.epochs, "the most passes over the data", config::kAtLeastOne);
  table.add("patience", options.patience,
            "epochs without a better validation HR@10 or NDCG@10 before stopping; 0: never stop", config::kNotNegative);
  table.add(
      "average-epochs", options.average_epochs,
      "validate and keep the mean of the parameters at the ends of about so many last epochs; 1: of the last alone",
      config::kAtLeastOne);
  table.add("refit", options.is_refitted,
            "then fit anew with the validation items added back, for as many epochs as were best on them; the run that "
            "found them stays in RUN/search");
  table.add("seed", options.seed, "of everything random");
  table.add("shards", options.shards, "logical shards, part of the result; at least the number of ranks",
            {1.0, static_cast<double>(parallel::FormGradient::kMostShards), "1 to 4096"});
}

}  // namespace

model::Projected TrainingOptions::projected(std::uint64_t users, std::uint64_t items) const {
  if (!dimensions.learns_attention()) {
    return model::Projected::nothing;
  }
  if (project == "items") {
    return model::Projected::items;
  }
  // Who asks for fewer bits has a slow network: no wider rows for him.
  if (project == "personas" || gradient_bits == "16") {
    return model::Projected::personas;
  }
  return model::cheaper_to_project(dimensions, users, items, batch_size, candidates(items));
}

std::uint64_t TrainingOptions::time_left_seconds() const {
  const auto spent = std::min(time_limit_seconds, time_spent_seconds);
  return time_limit_seconds == 0 ? 0 : std::max<std::uint64_t>(1, time_limit_seconds - spent);
}

void add_options(config::OptionTable& table, TrainingOptions& options) {
  table.begin_group("Run");
  table.add("data", options.data, "dataset file from ampcf-prepare or ampcf-generate").is_required = true;
  auto& output = table.add("output", options.output, "run directory");
  output.is_required = true;
  output.own_files = {"config.ini", "log.csv", "status.json", "lock", "search", "*.h5"};
  config::OptionTable::keep_out_of_config(output);
  config::OptionTable::keep_out_of_config(
      table.add("resume", options.is_resumed, "go on from RUN/checkpoint.h5, on any number of ranks"));
  config::OptionTable::keep_out_of_config(
      table.add("force", options.is_forced, "start over in a run directory that is not empty"));
  add_upkeep_options(table, options);
  add_plan_options(table, options);
  add_outcome_options(table, options);
}

void add_upkeep_options(config::OptionTable& table, TrainingOptions& options) {
  table.add("checkpoint-every", options.checkpoint_every, "epochs between checkpoints", config::kAtLeastOne);
  table.add_duration("checkpoint-every-seconds", options.checkpoint_every_seconds,
                     "time between further checkpoints inside epochs; 0: none");
  table.add_duration("time-limit", options.time_limit_seconds,
                     "stop after a checkpoint, with exit code 75, when this time is over; 0: none");
  config::OptionTable::keep_out_of_config(
      table.add_duration("time-spent", options.time_spent_seconds,
                         "part of --time-limit that an earlier start took (launch/train, launch/sweep)"));
  table.add("keep", options.keep, "checkpoints kept beside best.h5", config::kAtLeastOne);
  table.add_duration("stall-warning", options.stall_warning_seconds,
                     "say so when a rank has waited this long for the others; 0: never");
  table.add("sharing-ranks", options.sharing_ranks,
            "ranks of a host that share one copy of a training's items; 0: all, 1: each has its own",
            config::kNotNegative);
}

void add_outcome_options(config::OptionTable& table, TrainingOptions& options) {
  add_initial_options(table, options);
  add_model_options(table, options);
  add_loss_options(table, options);
  add_optimizer_options(table, options);
}

std::string resolved(TrainingOptions options) {
  config::OptionTable table("", "", "");
  add_options(table, options);
  return table.resolved();
}

std::vector<std::string> differences(const std::map<std::string, std::string>& before,
                                     const std::map<std::string, std::string>& now, const std::set<std::string>& free) {
  auto keys = before;
  keys.insert(now.begin(), now.end());
  auto defaults = config::ini_values(resolved({}), "the defaults");
  const auto value = [&](const std::map<std::string, std::string>& values, const std::string& key) {
    const auto found = values.find(key);
    return found == values.end() ? defaults[key] : found->second;
  };
  std::vector<std::string> found;
  for (const auto& [key, ignored] : keys) {
    const auto was = value(before, key);
    const auto is = value(now, key);
    if (!free.contains(key) && was != is) {
      found.push_back(fmt::format("{} was {} and is {}", key, was.empty() ? "unset" : was, is.empty() ? "unset" : is));
    }
  }
  return found;
}

void resolve(TrainingOptions& options, bool is_attention_dim_given) {
  if (options.is_resumed && options.is_forced) {
    throw UsageError(
        "--resume with --force: one keeps what is in the run directory, the other removes it; expected one");
  }
  if (options.initialize_from.empty() && (options.has_initial_moments || !options.initialize_fingerprint.empty())) {
    throw UsageError("--initialize-moments and --initialize-fingerprint are of the model that --initialize-from names");
  }
  const auto& plan = options.plan;
  if (!plan.is_asked && (plan.ranks > 0 || plan.nodes > 0 || plan.memory_gb > 0.0 || plan.rate > 0.0)) {
    throw UsageError("--plan-ranks and its like without --dry-run, whose plan they are for");
  }
  if (options.is_full_softmax && (options.has_log_q || options.negatives.is_seen_excluded)) {
    throw UsageError("--full-softmax with --{}: it draws no negatives", options.has_log_q ? "log-q" : "exclude-seen");
  }
  if (options.plan.nodes > options.plan.ranks) {
    throw UsageError("--plan-nodes {} with --plan-ranks {}: expected both, with a rank or more to each node",
                     options.plan.nodes, options.plan.ranks);
  }
  if (options.warm_up_epochs > options.epochs) {
    throw UsageError(
        "--warm-up-epochs {} with --epochs {}: the learning rate would never be reached: expected at most as many, "
        "also where --epochs are to be raised later",
        options.warm_up_epochs, options.epochs);
  }
  options.dimensions.is_identity = options.attention == "identity";
  if (!options.dimensions.is_identity) {
    return;
  }
  if (options.project != "auto") {
    throw UsageError("--project {} with --attention identity, which projects nothing: expected learned attention",
                     options.project);
  }
  if (is_attention_dim_given && options.dimensions.attention_dim != options.dimensions.dim) {
    throw UsageError(
        "--attention-dim {} with --attention identity: expected {} as --dim, or no --attention-dim (the "
        "config.ini of a run has one)",
        options.dimensions.attention_dim, options.dimensions.dim);
  }
  options.dimensions.attention_dim = options.dimensions.dim;
}

}  // namespace ampcf::training
