#pragma once

#include "ampcf/dataset/writer.hpp"

#include <filesystem>

namespace ampcf::dataset {

/// Fills titles and tags of the items in `table` from lines of id, title and, if there are, tags. `::`, a tab or a
/// comma divides them, whichever of these the first line holds first in this order; with a comma or a tab, fields may
/// be quoted. A header needs no mention: like every line whose id is unknown it is passed over. Returns the number of
/// items with a title. DataError.
std::uint64_t read_item_table(const std::filesystem::path& path, ItemTable& table);

}  // namespace ampcf::dataset
