#include "ampcf/sampling/negatives.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/random/philox.hpp"

#include <algorithm>
#include <cmath>

namespace ampcf::sampling {

namespace {

std::vector<double> weights_of(std::span<const std::uint64_t> counts, double power) {
  if (counts.size() < 2) {
    throw UsageError("a catalogue of {} item has no negatives: expected 2 or more", counts.size());
  }
  std::vector<double> weights(counts.size());
  std::transform(counts.begin(), counts.end(), weights.begin(),
                 [&](std::uint64_t count) { return std::pow(static_cast<double>(count), power); });
  return weights;
}

}  // namespace

NegativeSampler::NegativeSampler(const NegativeOptions& options, std::span<const std::uint64_t> train_counts,
                                 std::uint64_t seed)
    : options_(options), table_(weights_of(train_counts, options.power)), seed_(seed) {}

void NegativeSampler::draw(std::uint64_t epoch, Position position, ItemIndex item, std::span<const ItemIndex> seen,
                           std::span<ItemIndex> negatives) const {
  random::Draws draws(seed_, random::Stream::negatives, position, static_cast<std::uint32_t>(epoch));
  for (auto& negative : negatives) {
    for (int redraws = 0;; ++redraws) {
      const auto slot = draws.next();
      negative = table_.draw(slot, draws.next());
      if (redraws >= kMaxRedraws) {
        // Any other item will do, one that this positive is not.
        negative = (item + 1 + random::below(slot, static_cast<std::uint32_t>(table_.size() - 1))) %
                   static_cast<std::uint32_t>(table_.size());
      }
      const bool is_refused =
          options_.is_seen_excluded && redraws < kMaxRedraws && std::binary_search(seen.begin(), seen.end(), negative);
      if (negative != item && !is_refused) {
        break;
      }
    }
  }
}

}  // namespace ampcf::sampling
