#pragma once

#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/checkpoint/state.hpp"

#include <vector>

namespace ampcf::checkpoint {

/// A row of a checkpoint and the row of a state that takes it over.
struct RowPair {
  std::uint64_t from = 0;  // in the file
  std::uint64_t to = 0;    // in the state: of users, this rank's own
};

/// What a new run takes over from an older model, each list ascending in `from`.
struct Inheritance {
  std::vector<RowPair> users;
  std::vector<RowPair> items;
  bool has_moments = false;  // Adam's moments and counts of updates too
};

/// Gives rows of a state the parameters of an older model of the same dimensions, and the projections, where they are
/// learned; other rows stay. Of ranks that share one copy of the items, one `reads_items`. Throws RuntimeError for
/// damage, which checksums find.
void inherit(const ModelFile& source, const Inheritance& rows, TrainingState& state, bool reads_items);

}  // namespace ampcf::checkpoint
