#pragma once

#include "ampcf/checkpoint/state.hpp"
#include "ampcf/model/parameters.hpp"

#include <cstdint>

namespace ampcf::training {

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
  std::uint64_t candidates = 0;             // of a positive, itself among them
  std::uint64_t node_ranks = 1;             // that share a copy of the items
};

/// What training needs, without the program itself, MPI and HDF5. The formula is explained in src/parallel/README.md.
struct MemoryNeed {
  std::uint64_t rank_bytes;  // of this rank alone
  std::uint64_t node_bytes;  // of its node, once for all ranks that share it
};

[[nodiscard]] MemoryNeed memory_need(const RunSize& size);

}  // namespace ampcf::training
