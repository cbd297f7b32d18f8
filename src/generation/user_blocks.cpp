#include "generation/user_blocks.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ampcf::generation {

BlockBuilder::BlockBuilder(const GenerationOptions& options)
    : candidates_(options.eval_negatives), sampler_(options.seed, options.items) {}

void BlockBuilder::append(UserIndex user, std::span<const Interaction> history, PlantedBlock& block) {
  auto& users = block.users;
  const auto train = history.first(history.size() - kHeldOut);
  users.id.push_back(fmt::format("u{}", user));
  users.interaction_count.push_back(train.size());
  append_train(train, block);
  users.validation_item.push_back(history[train.size()].item);
  users.test_item.push_back(history.back().item);

  consumed_.resize(history.size());
  std::transform(history.begin(), history.end(), consumed_.begin(), [](const Interaction& one) { return one.item; });
  append_candidates(random::Stream::preparation_validation_candidates, user, users.validation_candidates);
  append_candidates(random::Stream::preparation_test_candidates, user, users.test_candidates);
}

// One sort brings the items into order and takes the personas along.
void BlockBuilder::append_train(std::span<const Interaction> train, PlantedBlock& block) {
  by_item_.clear();
  for (const auto& interaction : train) {
    by_item_.push_back(static_cast<std::uint64_t>(interaction.item) << 32U | interaction.persona);
  }
  std::sort(by_item_.begin(), by_item_.end());
  for (const auto packed : by_item_) {
    block.users.item.push_back(static_cast<ItemIndex>(packed >> 32U));
    block.interaction_persona.push_back(static_cast<std::int64_t>(packed & 0xFFFFFFFFU));
  }
}

void BlockBuilder::append_candidates(random::Stream stream, UserIndex user, std::vector<ItemIndex>& candidates) {
  candidates.resize(candidates.size() + candidates_);
  sampler_.draw(stream, user, consumed_, std::span(candidates).last(candidates_));
}

}  // namespace ampcf::generation
