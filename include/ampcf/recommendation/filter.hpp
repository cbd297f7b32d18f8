#pragma once

#include "ampcf/recommendation/catalogue.hpp"

#include <filesystem>
#include <span>

namespace ampcf::recommendation {

/// What shall not be recommended to anybody.
struct FilterOptions {
  std::vector<std::string> only_tags;  // items with none of these are left out; each may be `A|B`; empty: no filter
  std::filesystem::path exclude_file;  // a raw item id per line; empty: none
};

/// Items that a filter leaves out, ascending and distinct.
struct Filter {
  std::vector<ItemIndex> left_out;
  std::uint64_t unknown_items = 0;  // distinct ids of the exclude file that the dataset does not know
};

/// Throws UsageError for a tag that no item has, DataError for a file that cannot be read.
[[nodiscard]] Filter make_filter(const Catalogue& catalogue, const FilterOptions& options);

/// Both ascending lists in one, each item once.
[[nodiscard]] std::vector<ItemIndex> united(std::span<const ItemIndex> a, std::span<const ItemIndex> b);

}  // namespace ampcf::recommendation
