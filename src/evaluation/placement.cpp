#include "ampcf/evaluation/placement.hpp"

#include "ampcf/core/error.hpp"

#include <algorithm>
#include <cmath>

namespace ampcf::evaluation {

namespace {

[[noreturn]] void fail_at_nan(std::size_t item) {
  throw RuntimeError("the score of item {} is not a number: the model has diverged or its file is damaged", item);
}

float number_at(std::span<const float> scores, std::size_t item) {
  if (std::isnan(scores[item])) {
    fail_at_nan(item);
  }
  return scores[item];
}

void require_numbers(std::span<const float> scores) {
  std::size_t nans = 0;  // counted without leaving the loop, which the compiler turns into vector operations
  for (const float score : scores) {
    nans += score != score ? 1U : 0U;
  }
  if (nans > 0) {
    const auto first = std::find_if(scores.begin(), scores.end(), [](float score) { return std::isnan(score); });
    fail_at_nan(static_cast<std::size_t>(first - scores.begin()));
  }
}

// The best `capacity` of (score, item), best first.
class Shortlist {
 public:
  explicit Shortlist(std::size_t capacity) : capacity_(capacity) { entries_.reserve(capacity + 1); }

  // Items come in rising order, so an equal score never overtakes.
  void offer(float score, ItemIndex item) {
    if (entries_.size() == capacity_ && (capacity_ == 0 || !(score > entries_.back().first))) {
      return;
    }
    const auto place = std::upper_bound(entries_.begin(), entries_.end(), score,
                                        [](float value, const auto& entry) { return value > entry.first; });
    entries_.insert(place, {score, item});
    entries_.resize(std::min(entries_.size(), capacity_));
  }

  [[nodiscard]] std::vector<ItemIndex> items() const {
    std::vector<ItemIndex> items(entries_.size());
    std::transform(entries_.begin(), entries_.end(), items.begin(), [](const auto& entry) { return entry.second; });
    return items;
  }

 private:
  std::size_t capacity_;
  std::vector<std::pair<float, ItemIndex>> entries_;
};

}  // namespace

TiedRank rank_among_candidates(std::span<const float> scores, ItemIndex positive,
                               std::span<const ItemIndex> candidates) {
  const float own = number_at(scores, positive);
  TiedRank rank;
  for (const auto candidate : candidates) {
    const float score = number_at(scores, candidate);
    rank.better += score > own ? 1U : 0U;
    rank.tied += score == own ? 1U : 0U;
  }
  return rank;
}

TiedRank rank_in_catalogue(std::span<const float> scores, ItemIndex positive, std::span<const ItemIndex> left_out) {
  require_numbers(scores);
  const float own = scores[positive];
  TiedRank rank;
  for (const float score : scores) {
    rank.better += score > own ? 1U : 0U;
    rank.tied += score == own ? 1U : 0U;
  }
  --rank.tied;  // the positive itself
  for (const auto item : left_out) {
    if (item != positive) {
      rank.better -= scores[item] > own ? 1U : 0U;
      rank.tied -= scores[item] == own ? 1U : 0U;
    }
  }
  return rank;
}

std::vector<ItemIndex> best_items(std::span<const float> scores, std::span<const ItemIndex> left_out,
                                  std::size_t count) {
  require_numbers(scores);
  Shortlist best(std::min(count, scores.size()));
  std::size_t first = 0;
  const auto offer_up_to = [&](std::size_t end) {
    for (auto item = first; item < end; ++item) {
      best.offer(scores[item], static_cast<ItemIndex>(item));
    }
    first = end + 1;
  };
  for (const auto item : left_out) {
    offer_up_to(item);
  }
  offer_up_to(scores.size());
  return best.items();
}

TiedRank rank_in_list(const ScoredList& list, ItemIndex positive, std::uint64_t catalogue_size) {
  const auto found = std::find(list.item.begin(), list.item.end(), positive);
  if (found == list.item.end()) {
    return {list.item.size(), catalogue_size - list.item.size() - 1};
  }
  const double own = list.score[static_cast<std::size_t>(found - list.item.begin())];
  TiedRank rank;
  for (const double score : list.score) {
    rank.better += score > own ? 1U : 0U;
    rank.tied += score == own ? 1U : 0U;
  }
  --rank.tied;
  return rank;
}

}  // namespace ampcf::evaluation
