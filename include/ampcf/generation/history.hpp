#pragma once

#include "ampcf/generation/population.hpp"

#include <cstdint>
#include <vector>

namespace ampcf::generation {

struct Interaction {
  ItemIndex item;
  std::uint32_t persona;  // index into Population::personas(user)

  bool operator==(const Interaction&) const = default;
};

/// Draws what users consume, one user after another in any order; it remembers the last one's items only.
class HistoryDrawer {
 public:
  /// The population must outlive the drawer.
  explicit HistoryDrawer(const Population& population);

  /// The distinct items of a user in order of time; the last is the test item, the one before it the validation item.
  /// Each interaction takes a persona by weight, then, with probability 1 - O, an item of the persona's taste t by
  /// popularity, else one of taste t - 1 or t + 1 (on a ring of tastes, both equally often). An item that the user has
  /// consumed is drawn again from the same taste; after 32 repeats the most popular unconsumed one of the taste is
  /// taken. Valid until the next call.
  const std::vector<Interaction>& draw(UserIndex user);

 private:
  void release_last_user();
  [[nodiscard]] Taste draw_taste(Taste own, random::Draws& draws) const;
  [[nodiscard]] Place draw_unconsumed(Taste taste, random::Draws& draws) const;

  const Population& population_;
  std::vector<Interaction> history_;
  std::vector<Place> places_;      // of the items in history_
  std::vector<bool> is_consumed_;  // (n_items) by place, where popular items are neighbours in memory
};

}  // namespace ampcf::generation
