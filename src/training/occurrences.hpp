#pragma once

#include "ampcf/communication/communicator.hpp"
#include "ampcf/dataset/dataset.hpp"
#include "ampcf/parallel/fixed_point.hpp"
#include "ampcf/sampling/negatives.hpp"

#include <cstdint>
#include <span>

namespace ampcf::training {

/// Collective. How often the candidates of a positive name the item that they name most often, or a bound on it, the
/// same on any number of ranks. `counts` are of the interactions of all ranks.
[[nodiscard]] parallel::Occurrences most_occurrences(const communication::Communicator& communicator,
                                                     std::span<const std::uint64_t> counts,
                                                     const dataset::Interactions& interactions,
                                                     const sampling::NegativeSampler& negatives, bool is_full_softmax);

}  // namespace ampcf::training
