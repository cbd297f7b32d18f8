#include "ampcf/dataset/candidates.hpp"

#include <algorithm>

namespace ampcf::dataset {

CandidateSampler::CandidateSampler(std::uint64_t seed, std::uint64_t item_count)
    : seed_(seed), taken_in_(item_count, 0) {}

bool CandidateSampler::take(ItemIndex item) {
  const bool is_free = taken_in_[item] != round_;
  taken_in_[item] = round_;
  return is_free;
}

std::uint64_t CandidateSampler::draw(random::Stream stream, UserIndex user, std::span<const ItemIndex> consumed,
                                     std::span<ItemIndex> out) {
  ++round_;
  auto free = static_cast<std::uint64_t>(taken_in_.size());
  for (const auto item : consumed) {
    free -= take(item) ? 1 : 0;
  }
  const auto count = std::min<std::uint64_t>(free, out.size());
  std::fill(out.begin() + static_cast<std::ptrdiff_t>(count), out.end(), kNoCandidate);
  random::Draws draws(seed_, stream, user);
  // Rejection while a draw hits a free item at least one time in four, to the last; a shuffle of the free items else.
  if (4 * (free - count) >= taken_in_.size()) {
    draw_by_rejection(draws, out.first(count));
  } else {
    draw_by_shuffle(draws, out.first(count));
  }
  return count;
}

void CandidateSampler::draw_by_rejection(random::Draws& draws, std::span<ItemIndex> out) {
  const auto item_count = static_cast<std::uint32_t>(taken_in_.size());
  for (auto& candidate : out) {
    do {
      candidate = draws.next_below(item_count);
    } while (!take(candidate));
  }
}

void CandidateSampler::draw_by_shuffle(random::Draws& draws, std::span<ItemIndex> out) {
  left_over_.clear();
  for (ItemIndex item = 0; item < taken_in_.size(); ++item) {
    if (taken_in_[item] != round_) {
      left_over_.push_back(item);
    }
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto rest = static_cast<std::uint32_t>(left_over_.size() - i);
    std::swap(left_over_[i], left_over_[i + draws.next_below(rest)]);
    out[i] = left_over_[i];
  }
}

}  // namespace ampcf::dataset
