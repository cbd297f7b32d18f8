#pragma once

#include "ampcf/communication/node.hpp"
#include "ampcf/model/mean.hpp"
#include "ampcf/model/persona_shares.hpp"
#include "ampcf/optimizer/adam.hpp"

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ampcf::checkpoint {

/// Where a run stands, the same on every rank.
struct Progress {
  std::uint64_t epoch = 0;                  // completed epochs
  std::uint64_t step = 0;                   // completed steps, over all epochs
  std::uint64_t epoch_step = 0;             // completed steps of the epoch under way
  std::array<std::int64_t, 5> loss_sums{};  // of these steps, over all ranks (training::LossSums)
  double training_seconds = 0.0;            // of these steps
  double best_hr = -1.0;                    // the highest of each validation metric so far
  double best_ndcg = -1.0;
  double best_sum = -1.0;  // HR + NDCG of best.h5
  std::uint64_t epochs_without_improvement = 0;
  std::vector<std::string> log_rows;  // of log.csv, one to an epoch
};

/// What a state holds beside parameters and moments.
struct StateParts {
  bool mean = false;    // --average-epochs
  bool shares = false;  // --lambda-balance
};

/// Where items, their moments and their mean shall lie; by default on the heap.
struct ItemMemory {
  model::SharedParameters<float>::Memory items, mean;
  optimizer::MomentTable::Memory moments;
  optimizer::Moments::Memory bias_moments;

  ItemMemory() = default;
  /// Collective over the node of `memory`. Fails on all its ranks or on none.
  ItemMemory(const model::Dimensions& dimensions, std::uint64_t item_count, communication::NodeMemory& memory,
             StateParts parts);
};

/// All that training changes. Personas and their moments are this rank's users alone; the rest is the same on every
/// rank, and of items and their moments the ranks of a node may share one copy.
struct TrainingState {
  model::Personas<float> personas;
  model::SharedParameters<float> shared;
  optimizer::MomentTable persona_moments;          // (local users, r * padded d)
  optimizer::MomentTable item_moments;             // (n_items, padded d)
  optimizer::Moments bias_moments;                 // (n_items, 1), updated as often as the items
  optimizer::MomentTable user_projection_moments;  // (1, padded d * padded d_a)
  optimizer::MomentTable item_projection_moments;  // (1, padded d_a * padded d)
  std::optional<model::ParameterMean> mean;        // over the ends of epochs, where that is kept
  model::PersonaShares persona_shares;             // of the local users, where the balance term asks for them
  Progress progress;

  /// May fail on one rank alone; so `memory`, which ranks make together, is made before.
  TrainingState(const model::Dimensions& dimensions, UserRange users, std::uint64_t item_count, StateParts parts = {},
                const ItemMemory& memory = {});

  /// The same on every rank, also on one without users.
  [[nodiscard]] StateParts parts() const { return {mean.has_value(), persona_shares.personas > 0}; }

  /// The model to validate and to give to readers: the mean where there is one, else what is trained.
  [[nodiscard]] const model::Personas<float>& outcome_personas() const { return mean ? mean->personas : personas; }
  [[nodiscard]] const model::SharedParameters<float>& outcome_shared() const { return mean ? mean->shared : shared; }
};

/// The raw ids of a model's users and items, by row.
struct RawIds {
  std::vector<std::string> users;
  std::vector<std::string> items;
};

/// What a checkpoint says beside the state.
struct Header {
  std::string dataset_fingerprint;
  std::string config;  // resolved options as INI text
  std::uint64_t user_count = 0;
  const RawIds* ids = nullptr;  // read on rank 0 alone; without them the file has none
};

/// About the size of a checkpoint file without raw ids and the log's rows, never below it.
[[nodiscard]] std::uint64_t state_bytes(const model::Dimensions& dimensions, std::uint64_t users, std::uint64_t items,
                                        StateParts parts);
/// The same of the ids in it, and of the log's rows.
[[nodiscard]] std::uint64_t ids_bytes(const RawIds& ids);
[[nodiscard]] std::uint64_t log_bytes(const Progress& progress);

/// Collective. Writes the state of all ranks into one file at `path`, which appears whole and flushed to disk, or not
/// at all: written beside, flushed by every rank, agreed, renamed, its directory flushed. What fails on one rank fails
/// on all, and a number that is not finite is such a failure.
void write_state(const std::filesystem::path& path, const communication::Communicator& communicator,
                 const Header& header, const TrainingState& state);

/// Fills a state of the right dimensions and users from a checkpoint, whatever number of ranks wrote it. Throws
/// RuntimeError for damage, which checksums find; the caller compares fingerprint and config first. Of the ranks that
/// share one copy of the items, one reads them (`reads_items`).
void read_state(const std::filesystem::path& path, TrainingState& state, bool reads_items = true);

/// One process. Reads and verifies all of a checkpoint: false for damage anywhere in it, and where it cannot be read.
[[nodiscard]] bool is_whole(const std::filesystem::path& path);

}  // namespace ampcf::checkpoint
