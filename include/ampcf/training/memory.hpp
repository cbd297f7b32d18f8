#pragma once

#include "ampcf/checkpoint/state.hpp"
#include "ampcf/training/options.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace ampcf::training {

/// What a run with these options keeps beside parameters and moments.
[[nodiscard]] checkpoint::StateParts parts_of(const TrainingOptions& options);

/// What the memory of a run follows from.
struct RunSize {
  model::Dimensions dimensions;
  checkpoint::StateParts parts;
  std::uint64_t users = 0;             // of all ranks
  std::uint64_t own_users = 0;         // of this rank
  std::uint64_t own_interactions = 0;  // of this rank
  std::uint64_t items = 0;
  std::uint64_t validation_candidates = 0;  // of a user
  std::uint64_t positives = 0;              // of the largest batch
  std::uint64_t own_positives = 0;          // of the largest part of a batch that this rank has
  std::uint64_t shard_positives = 0;        // of the largest part of a batch that a shard has
  std::uint64_t candidates = 0;             // of a positive, itself among them
  std::uint64_t node_ranks = 1;             // that share a copy of the items
  bool has_other_nodes = false;             // gradients travel
  bool has_ids = false;                     // rank 0 keeps raw ids, for checkpoints
  bool has_log_q = false;
  bool has_added_validation = false;  // --refit, in its second part
  model::Projected projected = model::Projected::nothing;
};

/// What training needs, without the program itself, MPI and HDF5. The formula is explained in src/parallel/README.md.
struct MemoryNeed {
  std::uint64_t rank_bytes;  // of this rank alone
  std::uint64_t node_bytes;  // of its node, once for all ranks that share it
};

[[nodiscard]] MemoryNeed memory_need(const RunSize& size);

/// Memory of this machine that processes may have, by /proc/meminfo and the limits of the control groups that they are
/// in (batch systems set these); nothing where the system does not say.
struct HostMemory {
  std::uint64_t total_bytes;
  std::uint64_t available_bytes;  // now, as the kernel estimates it
};
[[nodiscard]] std::optional<HostMemory> host_memory();

/// A number of bytes for people, as in 12.34 GB: four digits in the unit that suits it.
[[nodiscard]] std::string size_text(std::uint64_t bytes);

/// Throws RuntimeError with the numbers where a node cannot hold what its ranks need.
void require_memory(std::uint64_t needed_bytes, std::uint64_t total_bytes, const std::string& node);

}  // namespace ampcf::training
