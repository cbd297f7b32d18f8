#pragma once

#include "ampcf/dataset/writer.hpp"
#include "dataset/filter.hpp"

namespace ampcf::dataset {

/// Interactions in the numbering of the dataset, and where they come from.
struct Positives {
  Renumbering users;
  Renumbering items;
  Sequences sequences;
};

/// Held-out items of all users and, where the data prescribe them, the test candidates.
struct HeldOutItems {
  std::vector<std::int64_t> test;                  // (n_users)
  std::vector<std::int64_t> validation;            // (n_users)
  std::vector<std::vector<ItemIndex>> candidates;  // (n_users) or empty: to be drawn
};

/// How candidates are drawn and stored.
struct CandidatePlan {
  std::uint64_t seed = 0;
  std::uint64_t drawn = 0;  // of each held-out item whose candidates are not given
  std::uint64_t width = 0;  // of a stored list
};

/// Appends all users, block by block, with what they train on, their held-out items and the candidates of these.
/// Returns the number of candidate lists that are shorter than the width.
std::uint64_t write_users(DatasetWriter& writer, const Interner& user_ids, const Positives& positives,
                          const HeldOutItems& held, const CandidatePlan& plan);

}  // namespace ampcf::dataset
