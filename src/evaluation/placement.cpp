#include "ampcf/evaluation/placement.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/kernels/vector.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>

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

// A score that `wanted` items (1 or more) reach at least, and few more do: the first items' largest scores of groups,
// of which it is the wanted one from the top. -infinity where there are too few groups.
float reached_score(std::span<const float> scores, std::span<const ItemIndex> left_out, std::size_t wanted) {
  constexpr std::size_t kGroups = 128;
  constexpr std::size_t kSample = 32 * kGroups;
  if (wanted > kGroups) {
    return -INFINITY;
  }
  std::array<float, kSample> sample;
  const auto size = std::min(scores.size(), kSample);
  std::fill(std::copy_n(scores.begin(), size, sample.begin()), sample.end(), -INFINITY);
  for (std::size_t i = 0; i < left_out.size() && left_out[i] < size; ++i) {
    sample[left_out[i]] = -INFINITY;
  }
  std::array<float, kGroups> largest;
  for (std::size_t group = 0; group < kGroups; group += kernels::kLanes) {
    auto of_groups = kernels::broadcast(-INFINITY);
    for (auto i = group; i < kSample; i += kGroups) {
      of_groups = kernels::max(kernels::load(&sample[i]), of_groups);  // in this order a NaN has no part
    }
    kernels::store(&largest[group], of_groups);
  }
  const auto place = largest.begin() + static_cast<std::ptrdiff_t>(wanted - 1);
  std::nth_element(largest.begin(), place, largest.end(), std::greater<>());
  return *place;
}

// The best `capacity` (1 or more) of the items that are offered, equal scores by item index.
class Shortlist {
 public:
  /// Items below `bar` must be none of the best.
  Shortlist(std::size_t capacity, float bar) : capacity_(capacity), bar_(bar) { entries_.reserve(2 * capacity); }

  // What a score must reach.
  [[nodiscard]] float bar() const { return bar_; }

  void offer(float score, ItemIndex item) {
    entries_.push_back({score, item});
    if (entries_.size() >= 2 * capacity_) {
      const auto end = entries_.begin() + static_cast<std::ptrdiff_t>(capacity_);
      std::nth_element(entries_.begin(), end - 1, entries_.end(), is_better);
      entries_.erase(end, entries_.end());
      bar_ = entries_.back().score;
    }
  }

  [[nodiscard]] std::vector<ItemIndex> take() {
    std::sort(entries_.begin(), entries_.end(), is_better);
    std::vector<ItemIndex> items(std::min(capacity_, entries_.size()));
    std::transform(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(items.size()), items.begin(),
                   [](const auto& entry) { return entry.item; });
    return items;
  }

 private:
  struct Entry {
    float score;
    ItemIndex item;
  };
  static bool is_better(const Entry& a, const Entry& b) {
    return a.score > b.score || (a.score == b.score && a.item < b.item);
  }

  std::size_t capacity_;
  float bar_;
  std::vector<Entry> entries_;
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
  const float own = scores[positive];
  std::uint32_t better = 0, tied = 0, nans = 0;  // of 32 bits, like scores: compilers count in vectors
  for (const float score : scores) {
    better += score > own ? 1U : 0U;
    tied += score == own ? 1U : 0U;
    nans += score != score ? 1U : 0U;
  }
  if (nans > 0) {
    const auto first = std::find_if(scores.begin(), scores.end(), [](float score) { return std::isnan(score); });
    fail_at_nan(static_cast<std::size_t>(first - scores.begin()));
  }
  TiedRank rank{better, tied - 1};  // the positive itself is not tied with itself
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
  count = std::min(count, scores.size());
  if (count == 0) {
    return {};
  }
  Shortlist best(count, reached_score(scores, left_out, count));
  auto next_left_out = left_out.begin();
  const auto offer = [&](std::size_t item) {
    const float score = number_at(scores, item);
    next_left_out = std::find_if(next_left_out, left_out.end(), [item](auto other) { return other >= item; });
    if (next_left_out == left_out.end() || *next_left_out != item) {
      best.offer(score, static_cast<ItemIndex>(item));
    }
  };
  std::size_t first = 0;
  for (; first + kernels::kLanes <= scores.size(); first += kernels::kLanes) {
    // Those that are not less, which a NaN is not either.
    auto reaching =
        kernels::kAllLanes ^ kernels::lanes_less(kernels::load(&scores[first]), kernels::broadcast(best.bar()));
    for (; reaching != 0; reaching &= reaching - 1U) {
      offer(first + static_cast<std::size_t>(std::countr_zero(reaching)));
    }
  }
  for (; first < scores.size(); ++first) {
    offer(first);
  }
  return best.take();
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
