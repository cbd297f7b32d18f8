#pragma once

#include "ampcf/communication/communicator.hpp"
#include "ampcf/dataset/dataset.hpp"

#include <vector>

namespace ampcf::training {

/// Collective. How often each item stands in the interactions of all ranks.
[[nodiscard]] std::vector<std::uint64_t> count_items(const communication::Communicator& communicator,
                                                     const dataset::Interactions& interactions,
                                                     std::uint64_t item_count);

}  // namespace ampcf::training
