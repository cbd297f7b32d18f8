#include "ampcf/model/persona_shares.hpp"

#include <algorithm>

namespace ampcf::model {

void PersonaShares::take_in(const MiniBatch& batch, std::span<const float> attention_sums) {
  constexpr float kWeight = 0.05F;  // of one positive
  for (std::size_t slot = 0, example = 0; slot < batch.users.size(); ++slot) {
    const auto first = example;
    while (example < batch.size() && batch.slot[example] == slot) {
      ++example;
    }
    const auto count = static_cast<float>(example - first);
    const float weight = std::min(1.0F, count * kWeight);
    for (std::size_t k = 0; k < personas; ++k) {
      float& share = rows[batch.users[slot] * personas + k];
      share += weight * (attention_sums[slot * personas + k] / count - share);
    }
  }
}

}  // namespace ampcf::model
