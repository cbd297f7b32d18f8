#pragma once

#include "ampcf/evaluation/data_facts.hpp"

#include <span>
#include <vector>

/// Users divided by what they are asked, so that an average cannot hide whom it fails.
namespace ampcf::evaluation {

inline constexpr std::int32_t kNoPart = -1;

/// A user as slices see it.
struct CaseOfUser {
  ItemIndex positive;                  // the held-out item
  std::span<const ItemIndex> history;  // training items, ascending
};

/// Popularity of the held-out item: the items that hold the least, middle and most popular third of all interactions.
[[nodiscard]] std::int32_t popularity_part(const DataFacts& facts, const CaseOfUser& user);

/// Activity of the user: the third of the users with the fewest, middling and most training items.
[[nodiscard]] std::int32_t activity_part(const DataFacts& facts, const CaseOfUser& user);

/// Whether the held-out item is of the taste that most of the user's training items are of (of any, where several are
/// most frequent): 1, or of a lesser one: 0. Their hit rates tell whether lesser interests are served (minority-taste
/// hit rate). kNoPart without training items or a taste space.
[[nodiscard]] std::int32_t taste_part(const DataFacts& facts, const CaseOfUser& user);

/// A division of the users with a held-out item.
struct Slice {
  const char* name;
  std::vector<const char*> parts;
  std::int32_t (*part_of)(const DataFacts& facts, const CaseOfUser& user);  // index of a part, or kNoPart
};

/// All of them; the one place to add another.
[[nodiscard]] const std::vector<Slice>& slices();

}  // namespace ampcf::evaluation
