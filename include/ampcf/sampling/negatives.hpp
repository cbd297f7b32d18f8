#pragma once

#include "ampcf/sampling/alias_table.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace ampcf::sampling {

/// How negatives are drawn: n ~ count(n)^power, and a draw of the positive itself is redrawn.
struct NegativeOptions {
  std::uint64_t count = 4;        // |N|
  double power = 0.5;             // 0 is uniform over the catalogue
  bool is_seen_excluded = false;  // redraw items of the user's training part too
};

/// Draws the negatives of positives, as a pure function of (seed, epoch, position of the positive in /train/item).
class NegativeSampler {
 public:
  /// `train_counts` holds each item's count over the whole training part. Throws UsageError for a catalogue of one
  /// item.
  NegativeSampler(const NegativeOptions& options, std::span<const std::uint64_t> train_counts, std::uint64_t seed);

  [[nodiscard]] std::uint64_t count() const { return options_.count; }
  [[nodiscard]] bool is_seen_excluded() const { return options_.is_seen_excluded; }
  [[nodiscard]] const AliasTable& table() const { return table_; }

  /// Fills `negatives` (count()) for the positive `item` of a user whose training items are `seen`, ascending (read
  /// only where is_seen_excluded()). Where
  /// kMaxRedraws redraws were all refused the next item of the catalogue that is not refused is taken; never the
  /// positive.
  void draw(std::uint64_t epoch, Position position, ItemIndex item, std::span<const ItemIndex> seen,
            std::span<ItemIndex> negatives, std::span<const std::uint32_t> first_words = {}) const;

  /// The random words that sixteen positions begin with, for draw(): as many as are used when nothing is redrawn, and
  /// words_per_position() to each.
  void first_words(std::uint64_t epoch, std::span<const Position, 16> positions, std::span<std::uint32_t> words) const;
  [[nodiscard]] std::size_t words_per_position() const { return (options_.count + 1) / 2 * 4; }

  static constexpr int kMaxRedraws = 256;

 private:
  NegativeOptions options_;
  AliasTable table_;
  std::uint64_t seed_;
};

}  // namespace ampcf::sampling
