#pragma once

#include "ampcf/communication/communicator.hpp"
#include "ampcf/dataset/dataset.hpp"
#include "ampcf/model/parameters.hpp"

namespace ampcf::training {

/// How much users make of their personas. A persona claims the training items on which its attention is the highest.
struct PersonaUsage {
  double effective = 0.0;  // mean over users of e to the entropy of their personas' shares of the claims: 1 to r
  double idle = 0.0;       // share of all personas that claim nothing
  double certainty = 0.0;  // mean attention of the claiming persona over the training items: 1 / r to 1
};

/// Users of whom every so-manieth is looked at, so that the whole population's interactions come to about `most`.
[[nodiscard]] std::uint64_t usage_stride(std::uint64_t interactions, std::uint64_t most);

/// Collective. Of the users whose number is a multiple of `stride` and who have training items; `interactions` are
/// those of this rank's users, who are the personas'. Summed in fixed point: the same bits on any number of ranks.
[[nodiscard]] PersonaUsage measure_usage(const communication::Communicator& communicator,
                                         const dataset::Interactions& interactions,
                                         const model::Personas<float>& personas,
                                         const model::SharedParameters<float>& shared, std::uint64_t stride);

/// Whether so few personas are in use that most users have one in all but name: 1 + (r - 1) / 8 effective ones or less.
[[nodiscard]] bool is_collapsed(const PersonaUsage& usage, std::size_t personas);

}  // namespace ampcf::training
