#pragma once

#include "ampcf/dataset/candidates.hpp"
#include "ampcf/dataset/writer.hpp"
#include "ampcf/generation/history.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace ampcf::generation {

inline constexpr std::uint64_t kHeldOut = 2;  // of each user: the validation and the test item

/// A block of users with the truth about their training interactions.
struct PlantedBlock {
  dataset::UserBlock users;
  std::vector<std::int64_t> interaction_persona;  // (users.item.size())
};

/// Brings histories into the form of the dataset: training items ascending, the last two held out, candidates beside
/// these.
class BlockBuilder {
 public:
  explicit BlockBuilder(const GenerationOptions& options);

  void append(UserIndex user, std::span<const Interaction> history, PlantedBlock& block);

 private:
  void append_train(std::span<const Interaction> train, PlantedBlock& block);
  void append_candidates(random::Stream stream, UserIndex user, std::vector<ItemIndex>& candidates);

  std::uint64_t candidates_;
  dataset::CandidateSampler sampler_;
  std::vector<ItemIndex> consumed_;     // of the present user
  std::vector<std::uint64_t> by_item_;  // item in the upper half, persona in the lower
};

}  // namespace ampcf::generation
