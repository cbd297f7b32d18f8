#include "ampcf/evaluation/slices.hpp"

#include <algorithm>

namespace ampcf::evaluation {

std::int32_t popularity_part(const DataFacts& facts, const CaseOfUser& user) {
  return third_of(facts.train_count[user.positive], facts.popularity_thirds);
}

std::int32_t activity_part(const DataFacts& facts, const CaseOfUser& user) {
  return third_of(user.history.size(), facts.activity_thirds);
}

std::int32_t taste_part(const DataFacts& facts, const CaseOfUser& user) {
  if (facts.taste.empty() || user.history.empty()) {
    return kNoPart;
  }
  std::vector<std::uint64_t> counts(facts.taste_count);
  for (const auto item : user.history) {
    ++counts[static_cast<std::size_t>(facts.taste[item])];
  }
  const auto own = counts[static_cast<std::size_t>(facts.taste[user.positive])];
  return own == *std::max_element(counts.begin(), counts.end()) ? 1 : 0;
}

const std::vector<Slice>& slices() {
  static const std::vector<Slice> all{{"item_popularity", {"tail", "middle", "head"}, popularity_part},
                                      {"user_activity", {"low", "middle", "high"}, activity_part},
                                      {"taste", {"lesser", "dominant"}, taste_part}};
  return all;
}

}  // namespace ampcf::evaluation
