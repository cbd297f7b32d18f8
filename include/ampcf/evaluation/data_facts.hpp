#pragma once

#include "ampcf/communication/communicator.hpp"
#include "ampcf/dataset/dataset.hpp"
#include "ampcf/evaluation/taste/matrix.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace ampcf::evaluation {

/// Tags of the items as numbers, each tag of an item once.
struct ItemTags {
  std::vector<std::uint64_t> indptr;  // (n_items + 1); empty where the dataset has no tags
  std::vector<std::uint32_t> tag;     // (indptr.back())
  std::uint32_t tag_count = 0;

  [[nodiscard]] std::span<const std::uint32_t> of(ItemIndex item) const {
    return std::span(tag).subspan(indptr[item], indptr[item + 1] - indptr[item]);
  }
};

/// Greatest numbers that belong to the first and to the second third.
using Thirds = std::array<std::uint64_t, 2>;

/// What metrics of lists and slices know of the data, alike on all ranks. All of it depends on the training part alone.
struct DataFacts {
  std::uint64_t user_count = 0;
  std::vector<std::uint64_t> train_count;  // (n_items) training interactions
  Thirds popularity_thirds{};              // of train_count: items that hold a third of all interactions each
  Thirds activity_thirds{};                // of training items per user: a third of the users each
  ItemTags tags;
  Points directions;                // (n_items, dimensions) items in the taste space, length 1; empty without one
  std::vector<std::int32_t> taste;  // (n_items) number of the item's taste; empty without a taste space
  std::uint64_t taste_count = 0;

  [[nodiscard]] std::uint64_t item_count() const { return train_count.size(); }
};

/// Numbers `A|B` tags in order of first appearance; a repeated or empty tag of an item does not count.
[[nodiscard]] ItemTags number_tags(const std::vector<std::string>& tags);

/// Cuts values into thirds by weight, rising: a value belongs to the first third when those below it hold less than a
/// third of the total weight, to the second when less than two thirds. Each value weighs itself or 1. Equal values are
/// never parted.
[[nodiscard]] Thirds thirds_of(std::vector<std::uint64_t> values, bool is_weighted_by_value);

/// 0, 1 or 2: the third that a value belongs to.
[[nodiscard]] inline std::int32_t third_of(std::uint64_t value, const Thirds& thirds) {
  return (value > thirds[0] ? 1 : 0) + (value > thirds[1] ? 1 : 0);
}

/// Collective. All facts but those of the taste space; `train` is what this rank's users consumed. Throws DataError.
[[nodiscard]] DataFacts facts_of(const communication::Communicator& communicator, const dataset::Dataset& data,
                                 const dataset::Interactions& train);

}  // namespace ampcf::evaluation
