#pragma once

#include "ampcf/core/types.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace ampcf::recommendation {

/// What somebody has consumed.
struct GivenHistory {
  std::string id;
  std::vector<ItemIndex> items;     // ascending and distinct
  std::uint64_t unknown_items = 0;  // lines whose item the dataset does not know
};

/// Reads lines `user,item` in raw ids, after a header of just these words or none, or lines `item` of one user; fields
/// may be quoted. Users come in the order in which they first appear. Throws DataError beginning `FILE:LINE: ` at a
/// line of another form, and at the first line of a user of whom no item is known.
[[nodiscard]] std::vector<GivenHistory> read_histories(const std::filesystem::path& path,
                                                       const std::vector<std::string>& item_ids);

}  // namespace ampcf::recommendation
