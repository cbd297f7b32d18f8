#pragma once

#include "ampcf/config/options.hpp"
#include "ampcf/model/loss_block.hpp"
#include "ampcf/model/projected.hpp"
#include "ampcf/optimizer/adam.hpp"
#include "ampcf/sampling/negatives.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ampcf::training {

/// What --dry-run plans for and predicts with.
struct PlanOptions {
  bool is_asked = false;
  std::uint64_t ranks = 0;  // 0: those that run
  std::uint64_t nodes = 0;  // 0: those that run, or one where ranks are given
  double memory_gb = 0.0;   // of a node; 0: this machine's
  double rate = 0.0;        // positives of a rank in a second; 0: measured
  double bandwidth_gb_per_second = 1.25;
  double latency_microseconds = 50.0;
};

/// Everything that a training run depends on. The defaults are the paper's where it gives them.
struct TrainingOptions {
  std::filesystem::path data;
  std::filesystem::path output;
  bool is_resumed = false;
  bool is_forced = false;
  PlanOptions plan;

  std::filesystem::path initialize_from;  // a checkpoint of an older model; empty: begin at random
  std::string initialize_fingerprint;     // of that model; empty: any
  bool has_initial_moments = false;       // take its Adam moments over too

  model::Dimensions dimensions;
  std::string attention = "learned";
  double initial_scale = 0.1;      // standard deviation of personas and items at the start
  double projection_noise = 0.01;  // of the projections around the unit matrix
  std::string project = "auto";    // personas, items, or of which a batch has fewer

  sampling::NegativeOptions negatives;
  bool is_full_softmax = false;  // every other item is a negative
  bool has_log_q = false;
  model::LossWeights loss;

  double learning_rate = 0.001;
  std::optional<double> persona_learning_rate;     // none: as learning_rate
  std::optional<double> projection_learning_rate;  // none: as learning_rate
  double weight_decay = 0.0;
  std::optional<double> item_weight_decay;  // none: as weight_decay
  double final_learning_rate = 1.0;  // share of the learning rate that is left at the last epoch, falling linearly
  std::uint64_t warm_up_epochs = 0;  // first epochs over which the learning rate rises, step by step
  std::uint64_t batch_size = 256;    // of all ranks together
  std::string gradient_bits = "32";  // of a number of an item's summed gradient: 32 or 16
  std::uint64_t epochs = 100;
  std::uint64_t patience = 5;
  std::uint64_t average_epochs = 1;  // the model is the mean over the ends of about so many last epochs
  bool is_refitted = false;          // fit again with the validation items, for the epochs that validation found
  std::uint64_t seed = 1;
  std::uint64_t shards = 128;

  std::uint64_t checkpoint_every = 1;          // epochs
  std::uint64_t checkpoint_every_seconds = 0;  // 0: at the ends of epochs alone
  std::uint64_t time_limit_seconds = 0;        // 0: none
  std::uint64_t time_spent_seconds = 0;        // of that limit, before this start
  std::uint64_t keep = 2;
  std::uint64_t stall_warning_seconds = 60;  // 0: never
  std::uint64_t sharing_ranks = 0;           // of a host that share one copy of the items; 0: all

  /// Of a positive, itself among them.
  [[nodiscard]] std::uint64_t candidates(std::uint64_t items) const {
    return is_full_softmax ? items : negatives.count + 1;
  }
  /// What a run on so many users and items projects.
  [[nodiscard]] model::Projected projected(std::uint64_t users, std::uint64_t items) const;
  /// Of the time limit, before this start takes any; 0 is without limit.
  [[nodiscard]] std::uint64_t time_left_seconds() const;
};

/// Adds the options to a table; they must outlive it.
void add_options(config::OptionTable& table, TrainingOptions& options);

/// Of these, the ones about checkpoints, time and hosts, on which nothing in the model depends.
void add_upkeep_options(config::OptionTable& table, TrainingOptions& options);

/// Of these, the ones that the model depends on beside the data: for programs that train in their own way.
void add_outcome_options(config::OptionTable& table, TrainingOptions& options);

/// All that config.ini has of them, as INI text.
[[nodiscard]] std::string resolved(TrainingOptions options);

/// Where two sets of options differ but in `free` ones, each as "name was A and is B". An option that one of them lacks
/// was unknown to the program that wrote it: it has its default, which means what was done without it.
[[nodiscard]] std::vector<std::string> differences(const std::map<std::string, std::string>& before,
                                                   const std::map<std::string, std::string>& now,
                                                   const std::set<std::string>& free);

/// Sets what follows from other options (attention), and refuses what does not fit together with a UsageError.
void resolve(TrainingOptions& options, bool is_attention_dim_given);

}  // namespace ampcf::training
