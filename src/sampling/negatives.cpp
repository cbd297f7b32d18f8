#include "ampcf/sampling/negatives.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/kernels/exponential.hpp"
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
                 [&](std::uint64_t count) { return kernels::power(static_cast<double>(count), power); });
  return weights;
}

// The first item from `start` on, around the catalogue, that is not refused; the positive's neighbour where all are.
template <typename Refusal>
ItemIndex next_allowed(ItemIndex size, ItemIndex start, ItemIndex positive, const Refusal& is_refused) {
  for (ItemIndex step = 0; step < size; ++step) {
    const auto candidate = static_cast<ItemIndex>((std::uint64_t{start} + step) % size);
    if (!is_refused(candidate)) {
      return candidate;
    }
  }
  return (positive + 1) % size;
}

// Whether `items`, ascending, hold `item`: without branches that depend on them, which no processor could foresee.
bool holds(std::span<const ItemIndex> items, ItemIndex item) {
  const ItemIndex* first = items.data();
  for (std::size_t size = items.size(); size > 1;) {
    const auto half = size / 2;
    first += first[half] <= item ? half : 0;
    size -= half;
  }
  return !items.empty() && *first == item;
}

}  // namespace

NegativeSampler::NegativeSampler(const NegativeOptions& options, std::span<const std::uint64_t> train_counts,
                                 std::uint64_t seed)
    : options_(options), table_(weights_of(train_counts, options.power)), seed_(seed) {}

void NegativeSampler::first_words(std::uint64_t epoch, std::span<const Position, 16> positions,
                                  std::span<std::uint32_t> words) const {
  random::first_words(seed_, random::Stream::negatives, positions, static_cast<std::uint32_t>(epoch),
                      words_per_position() / 4, words);
}

void NegativeSampler::draw(std::uint64_t epoch, Position position, ItemIndex item, std::span<const ItemIndex> seen,
                           std::span<ItemIndex> negatives, std::span<const std::uint32_t> first_words) const {
  const auto is_refused = [&](ItemIndex candidate) {
    return candidate == item || (options_.is_seen_excluded && holds(seen, candidate));
  };
  if (first_words.size() >= 2 * negatives.size()) {
    bool is_any_refused = false;
    for (std::size_t n = 0; n < negatives.size(); ++n) {
      negatives[n] = table_.draw(first_words[2 * n], first_words[2 * n + 1]);
      is_any_refused |= is_refused(negatives[n]);
    }
    if (!is_any_refused) {
      return;
    }
  }
  random::Draws draws(seed_, random::Stream::negatives, position, static_cast<std::uint32_t>(epoch), first_words);
  const auto size = static_cast<ItemIndex>(table_.size());
  for (auto& negative : negatives) {
    int redraws = 0;
    do {
      const auto slot = draws.next();
      negative = table_.draw(slot, draws.next());
    } while (is_refused(negative) && redraws++ < kMaxRedraws);
    if (is_refused(negative)) {
      negative = next_allowed(size, draws.next_below(size), item, is_refused);
    }
  }
}

}  // namespace ampcf::sampling
