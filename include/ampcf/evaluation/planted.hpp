#pragma once

#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/communication/communicator.hpp"
#include "ampcf/dataset/dataset.hpp"

#include <optional>

namespace ampcf::evaluation {

/// How often attention names the planted persona behind a held-out item. Each persona of a user is named by the taste
/// that most of the training items it claims come from (claims: has the highest attention on them); an item is named
/// right when the persona with the highest attention on it bears the item's own taste.
struct PlantedAgreement {
  std::uint64_t users = 0;                // with a held-out item
  std::uint64_t named_right = 0;          // of these
  std::uint64_t several_users = 0;        // of `users`, those with two or more planted personas
  std::uint64_t several_named_right = 0;  // of these
  std::uint64_t several_majority =
      0;  // of these, whose held-out item has their most frequent taste: one persona's best

  [[nodiscard]] double share() const { return ratio(named_right, users); }
  [[nodiscard]] double several_share() const { return ratio(several_named_right, several_users); }
  [[nodiscard]] double several_majority_share() const { return ratio(several_majority, several_users); }

  static double ratio(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
  }
};

/// Collective. Over the `asked` ones of this rank's users, ascending; nothing for a dataset without planted personas.
[[nodiscard]] std::optional<PlantedAgreement> measure_planted(const communication::Communicator& communicator,
                                                              const dataset::Dataset& data,
                                                              const checkpoint::ModelFile& model,
                                                              dataset::HeldOutPart part, UserRange own_users,
                                                              std::span<const UserIndex> asked);

}  // namespace ampcf::evaluation
