#pragma once

#include "ampcf/dataset/dataset.hpp"

#include <span>
#include <vector>

namespace ampcf::baselines {

/// A range of items, [first, last).
struct ItemRange {
  ItemIndex first = 0;
  ItemIndex last = 0;
  [[nodiscard]] ItemIndex count() const { return last - first; }
};

/// Who consumed each item of a range: the training part by columns.
struct Consumers {
  ItemRange items;
  std::vector<std::uint64_t> indptr;  // (items.count() + 1)
  std::vector<std::uint32_t> user;    // (indptr.back()), ascending inside an item

  [[nodiscard]] std::span<const std::uint32_t> of(ItemIndex item) const {
    const auto row = item - items.first;
    return std::span(user).subspan(indptr[row], indptr[row + 1] - indptr[row]);
  }
};

/// Reads the whole training part in blocks of users and keeps what concerns these items. Throws DataError.
[[nodiscard]] Consumers consumers_of(const dataset::Dataset& data, ItemRange items);

/// Rank's share of the items when they are cut into contiguous ranges.
[[nodiscard]] ItemRange own_items(std::uint64_t item_count, int rank, int ranks);

}  // namespace ampcf::baselines
