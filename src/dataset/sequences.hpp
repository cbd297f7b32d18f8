#pragma once

#include "ampcf/core/types.hpp"
#include "dataset/raw/raw_interactions.hpp"

#include <span>

namespace ampcf::dataset {

/// What each user consumed, every item once, oldest first.
struct Sequences {
  std::vector<std::uint64_t> indptr{0};  // (n_users + 1)
  std::vector<ItemIndex> item;           // (indptr.back())

  [[nodiscard]] std::uint64_t user_count() const { return indptr.size() - 1; }
  [[nodiscard]] std::span<const ItemIndex> of(UserIndex user) const {
    return std::span(item).subspan(indptr[user], indptr[user + 1] - indptr[user]);
  }
};

/// What became of the rows on the way into sequences.
struct MergeCounts {
  std::uint64_t duplicates = 0;         // rows that a later one of the same user and item replaces
  std::uint64_t dropped_by_rating = 0;  // pairs whose latest rating is no interaction
};

/// Orders every user's rows by time, ties by their order in the file, and keeps the latest of each pair, where its
/// rating makes an interaction.
[[nodiscard]] Sequences order_and_merge(std::vector<RawRow> rows, std::size_t user_count, std::size_t item_count,
                                        MergeCounts& counts);

}  // namespace ampcf::dataset
