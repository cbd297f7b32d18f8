#include "ampcf/checkpoint/inheritance.hpp"

#include "ampcf/config/ini.hpp"
#include "ampcf/core/error.hpp"
#include "ampcf/training/trainer.hpp"

#include <algorithm>
#include <span>
#include <string_view>
#include <unordered_map>

namespace ampcf::training {

namespace fs = std::filesystem;

namespace {

// The rows that have the same id in both, in the order of the old ones.
std::vector<checkpoint::RowPair> match(const std::vector<std::string>& old, std::span<const std::string> ids) {
  std::unordered_map<std::string_view, std::uint64_t> places;
  places.reserve(ids.size());
  for (std::uint64_t row = 0; row < ids.size(); ++row) {
    places.emplace(ids[row], row);
  }
  std::vector<checkpoint::RowPair> pairs;
  for (std::uint64_t row = 0; row < old.size(); ++row) {
    if (const auto place = places.find(old[row]); place != places.end()) {
      pairs.push_back({row, place->second});
    }
  }
  return pairs;
}

std::string describe(const model::Dimensions& shape) {
  return fmt::format("--personas {} --dim {} --attention {} --attention-dim {}", shape.personas, shape.dim,
                     shape.is_identity ? "identity" : "learned", shape.attention_dim);
}

void require_fitting(const checkpoint::ModelFile& source, const TrainingOptions& options) {
  const auto path = options.initialize_from.string();
  if (source.dimensions() != options.dimensions) {
    throw UsageError("--initialize-from {}: a model of {}, but this run has {}: give the same, or train afresh", path,
                     describe(source.dimensions()), describe(options.dimensions));
  }
  if (!source.has_ids()) {
    throw UsageError(
        "--initialize-from {}: it holds no raw ids to match users and items by, as checkpoints of early versions: "
        "train "
        "it again with this one",
        path);
  }
  const auto found = source.model_fingerprint();
  if (!options.initialize_fingerprint.empty() && found != options.initialize_fingerprint) {
    throw UsageError(
        "--initialize-from {}: its model has the fingerprint {}, expected {}: it is not the one that the run "
        "began with",
        path, found, options.initialize_fingerprint);
  }
}

}  // namespace

void require_origin_outside(const TrainingOptions& options) {
  if (!options.is_forced || options.initialize_from.empty()) {
    return;
  }
  const auto output = fs::weakly_canonical(fs::absolute(options.output));
  const auto origin = fs::weakly_canonical(fs::absolute(options.initialize_from));
  if (std::mismatch(output.begin(), output.end(), origin.begin(), origin.end()).first == output.end()) {
    throw UsageError("--initialize-from {} lies in --output {}, which --force empties: choose another --output",
                     options.initialize_from.string(), options.output.string());
  }
}

void note_origin(TrainingOptions& options) {
  if (options.initialize_from.empty() || !options.initialize_fingerprint.empty()) {
    return;
  }
  const auto stored = options.is_resumed ? RunDirectory(options.output).stored_options() : "";
  if (stored.empty()) {
    options.initialize_fingerprint = checkpoint::ModelFile(options.initialize_from).model_fingerprint();
    return;
  }
  options.initialize_fingerprint = config::ini_values(stored, "the checkpoint's config")["initialize-fingerprint"];
}

// Users of this rank, and of a node's copy of the items the rank that fills it.
void Trainer::inherit() {
  if (options_.initialize_from.empty()) {
    return;
  }
  std::uint64_t users = 0;
  std::uint64_t items = 0;
  communicator_.agree([&] {
    const checkpoint::ModelFile source(options_.initialize_from);
    require_fitting(source, options_);
    checkpoint::Inheritance rows;
    const auto own = interactions_.users;
    const auto ids = dataset_->user_ids();
    rows.users = match(source.user_ids(), std::span(ids).subspan(own.first, own.count()));
    const bool is_first = node_->ranks().rank() == 0;
    if (is_first) {
      rows.items = match(source.item_ids(), dataset_->item_ids());
    }
    rows.has_moments = options_.has_initial_moments;
    checkpoint::inherit(source, rows, *state_, is_first);
    users = rows.users.size();
    items = rows.items.size();
    if (communicator_.rank() == 0 && source.config().find("refit = true") != std::string::npos) {
      log_.warn(
          "{} was fitted with its own validation items too: where they are validation items here, validation flatters",
          options_.initialize_from.string());
    }
  });
  users = communicator_.sum(users);
  items = communicator_.max(items);
  communicator_.agree([&] {
    if (users == 0 || items == 0) {
      throw UsageError(
          "--initialize-from {}: {} of {} users and {} of {} items are known there: are its ids of another system?",
          options_.initialize_from.string(), users, dataset_->user_count(), items, dataset_->item_count());
    }
  });
  log_.info("initialised from {}: {} of {} users and {} of {} items are known there", options_.initialize_from.string(),
            users, dataset_->user_count(), items, dataset_->item_count());
}

}  // namespace ampcf::training
