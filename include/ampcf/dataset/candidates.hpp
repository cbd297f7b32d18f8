#pragma once

#include "ampcf/core/types.hpp"
#include "ampcf/random/philox.hpp"

#include <span>
#include <vector>

namespace ampcf::dataset {

/// Draws the negatives of the sampled protocol: uniformly, without replacement, from the items that a user has not
/// consumed. A function of (seed, stream, user) and of what the user consumed.
class CandidateSampler {
 public:
  CandidateSampler(std::uint64_t seed, std::uint64_t item_count);

  /// Fills `out` in the order of drawing; where fewer items are left over, with all of these and then kNoCandidate.
  /// `consumed` may repeat items. Returns the number of candidates drawn.
  std::uint64_t draw(random::Stream stream, UserIndex user, std::span<const ItemIndex> consumed,
                     std::span<ItemIndex> out);

 private:
  [[nodiscard]] bool take(ItemIndex item);
  void draw_by_rejection(random::Draws& draws, std::span<ItemIndex> out);
  void draw_by_shuffle(random::Draws& draws, std::span<ItemIndex> out);

  std::uint64_t seed_;
  std::uint64_t round_ = 0;
  std::vector<std::uint64_t> taken_in_;  // (n_items): the last round in which the item was consumed or drawn
  std::vector<ItemIndex> left_over_;
};

}  // namespace ampcf::dataset
