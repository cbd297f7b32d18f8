#pragma once

#include "ampcf/core/types.hpp"
#include "ampcf/generation/options.hpp"
#include "ampcf/random/philox.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace ampcf::generation {

using Taste = std::uint32_t;
using Place = std::uint32_t;  ///< index into the catalogue: taste after taste, the most popular item of each first

/// The items of a planted dataset: the taste of each and its popularity inside it.
/// Tastes differ mildly in size (shares rise evenly from 3/4 to 5/4 of the mean); which items belong to which taste,
/// and their order of popularity, is a random permutation of all items. The item of rank k = 1, 2, ... inside its taste
/// is drawn with probability proportional to k^-E.
class Catalogue {
 public:
  /// Takes options from resolve().
  explicit Catalogue(const GenerationOptions& options);

  [[nodiscard]] std::uint32_t item_count() const { return static_cast<std::uint32_t>(item_.size()); }
  [[nodiscard]] Taste taste_count() const { return static_cast<Taste>(first_.size() - 1); }
  [[nodiscard]] Place first_place(Taste taste) const { return first_[taste]; }
  [[nodiscard]] std::uint32_t taste_size(Taste taste) const { return first_[taste + 1] - first_[taste]; }
  [[nodiscard]] ItemIndex item_at(Place place) const { return item_[place]; }

  /// An item of a taste by popularity, in constant time; takes two words.
  [[nodiscard]] Place draw(Taste taste, random::Draws& draws) const {
    const auto first = first_[taste];
    const auto column = draws.next_below(first_[taste + 1] - first);
    const auto& entry = alias_[first + column];
    return first + (draws.next() < entry.threshold ? column : entry.other);
  }

  /// (n_items) taste of each item, in order of items.
  [[nodiscard]] std::vector<std::int64_t> item_tastes() const;

  /// (n_items) `Item 12 of taste 7`, the number being the item's rank of popularity inside its taste.
  [[nodiscard]] std::vector<std::string> titles() const;

  /// (n_items) `taste-7`.
  [[nodiscard]] std::vector<std::string> tags() const;

 private:
  struct AliasEntry {
    std::uint32_t threshold;  // the column itself is taken when a word is below it
    std::uint32_t other;      // the column taken otherwise
  };

  void fill_alias(Taste taste, double exponent);

  std::vector<Place> first_;       // (T + 1) first place of each taste
  std::vector<ItemIndex> item_;    // (n_items) item at each place
  std::vector<AliasEntry> alias_;  // (n_items) alias tables of the tastes one after another
};

}  // namespace ampcf::generation
