#pragma once

#include "ampcf/evaluation/data_facts.hpp"

#include <span>
#include <vector>

/// What a list is worth beside its hits. Every metric is of one user, and NaN where it cannot be measured.
namespace ampcf::evaluation {

/// The first items of a user's list and what the user consumed in the training part.
struct ListOfUser {
  std::span<const ItemIndex> recommended;  // best first, at least one
  std::span<const ItemIndex> history;      // ascending
};

/// Mean self-information of the items, -log2(c_i / n) bits where c_i of n users consumed item i (Zhou et al., PNAS 107,
/// 2010; Castells, Vargas, Wang, DDR 2011). An item that nobody consumed counts as consumed once.
[[nodiscard]] double novelty(const DataFacts& facts, const ListOfUser& list);

/// Mean training interactions of the items (average recommendation popularity: Yin et al., VLDB 2012).
[[nodiscard]] double average_popularity(const DataFacts& facts, const ListOfUser& list);

/// How much more popular the list is than the history: mean popularity of the one over that of the other, less 1
/// (Abdollahpouri et al., RecSys 2020, for one user as a group).
[[nodiscard]] double popularity_lift(const DataFacts& facts, const ListOfUser& list);

/// Mean cosine distance of two different items of the list in the taste space (intra-list diversity: Smyth and McClave,
/// ICCBR 2001; Ziegler et al., WWW 2005). An item without a direction has distance 1 to all others.
[[nodiscard]] double diversity(const DataFacts& facts, const ListOfUser& list);

/// Miscalibration C_KL of Steck (RecSys 2018): sum over tags g of p(g) ln(p(g) / ((1 - a) q(g) + a p(g))), a = 0.01,
/// where p is the history's and q the list's mean over items, an item's weight divided equally among its tags; items
/// without tags do not count. 0 is a list with the tags of the history.
[[nodiscard]] double miscalibration(const DataFacts& facts, const ListOfUser& list);

/// A metric of the first k items of a list.
struct ListMetric {
  const char* name;  // novelty: novelty@10 in metrics.json
  double (*of)(const DataFacts& facts, const ListOfUser& list);
};

/// All of them; the one place to add another.
[[nodiscard]] const std::vector<ListMetric>& list_metrics();

}  // namespace ampcf::evaluation
