#include "ampcf/evaluation/user_measures.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/evaluation/list_metrics.hpp"
#include "ampcf/evaluation/metrics.hpp"
#include "ampcf/evaluation/slices.hpp"
#include "ampcf/evaluation/taste/distance.hpp"

#include <algorithm>

namespace ampcf::evaluation {

namespace {

constexpr std::size_t kScoresAtOnce = std::size_t{1} << 20U;  // 4 MiB: users of a block share reads of the catalogue
constexpr std::uint64_t kMostUsersAtOnce = 64;

// Where each group of columns begins.
struct Layout {
  std::size_t sampled = 0;
  std::size_t full;
  std::size_t tdd;
  std::size_t lists;

  explicit Layout(const MeasureRules& rules)
      : full(rules.cutoffs.size() * rank_metrics().size()), tdd(2 * full), lists(tdd + 2) {}
};

// Fills the rows of a UserMeasures for a range of users.
class Measurer {
 public:
  Measurer(const Cases& cases, ConsumedItems& consumed, const MeasureRules& rules, std::uint64_t item_count)
      : cases_(cases),
        consumed_(consumed),
        rules_(rules),
        layout_(rules),
        item_count_(item_count),
        out_(cases.users.count(), rules) {}

  [[nodiscard]] UserMeasures take() { return std::move(out_); }

  void measure_scores(std::uint64_t user, std::span<const float> scores) {
    const auto left_out = consumed_.of(user);
    const auto positive = cases_.positive[user];
    if (positive == kUnknownItem) {
      record_miss(user, catalogue_size(left_out, positive));
    } else if (positive != kNoItem) {
      const auto item = static_cast<ItemIndex>(positive);
      record_full(user, rank_in_catalogue(scores, item, left_out));
      if (rules_.is_sampled) {
        record_sampled(user, rank_among_candidates(scores, item, cases_.candidates_of(user)));
      }
    }
    record_list(user, best_items(scores, left_out, kListLength));
  }

  void measure_list(std::uint64_t user, const ScoredList& list) {
    const auto left_out = consumed_.of(user);
    const auto positive = cases_.positive[user];
    std::vector<ItemIndex> items;
    std::vector<ItemIndex> ranked_items;
    std::vector<double> ranked_scores;
    for (std::size_t place = 0; place < list.item.size(); ++place) {
      const auto item = list.item[place];
      const bool is_left_out = std::binary_search(left_out.begin(), left_out.end(), item);
      out_.consumed_in_lists += is_left_out ? 1 : 0;
      if (!is_left_out) {
        items.push_back(item);
      }
      if (!is_left_out || item == positive) {
        ranked_items.push_back(item);
        ranked_scores.push_back(list.score[place]);
      }
    }
    if (positive == kUnknownItem) {
      record_miss(user, catalogue_size(left_out, positive));
    } else if (positive != kNoItem) {
      record_full(user, rank_in_list({ranked_items, ranked_scores}, static_cast<ItemIndex>(positive),
                                     catalogue_size(left_out, positive)));
    }
    items.resize(std::min(items.size(), kListLength));
    record_list(user, std::move(items));
  }

 private:
  // Items that take part in the full ranking; the positive always does.
  [[nodiscard]] std::uint64_t catalogue_size(std::span<const ItemIndex> left_out, std::int64_t positive) const {
    const bool is_consumed =
        positive >= 0 && std::binary_search(left_out.begin(), left_out.end(), static_cast<ItemIndex>(positive));
    return item_count_ - left_out.size() + (is_consumed ? 1 : 0);
  }

  void record_full(std::uint64_t user, const TiedRank& rank) {
    out_.rank_full[user] = expected_rank(rank);
    record(layout_.full, user, [&](const RankMetric& metric, std::uint64_t k) { return metric.of(rank, k); });
  }

  void record_sampled(std::uint64_t user, const TiedRank& rank) {
    out_.rank_sampled[user] = expected_rank(rank);
    record(layout_.sampled, user, [&](const RankMetric& metric, std::uint64_t k) { return metric.of(rank, k); });
  }

  // A positive that the dataset does not know: below all known items, a miss at any k.
  void record_miss(std::uint64_t user, std::uint64_t catalogue) {
    const auto nothing = [](const RankMetric& /*metric*/, std::uint64_t /*k*/) { return 0.0; };
    out_.rank_full[user] = static_cast<double>(catalogue);
    record(layout_.full, user, nothing);
    if (rules_.is_sampled) {
      out_.rank_sampled[user] = expected_rank({cases_.candidates_of(user).size(), cases_.unknown_candidates[user]});
      record(layout_.sampled, user, nothing);
    }
  }

  template <typename Value>
  void record(std::size_t column, std::uint64_t user, const Value& value) {
    for (const auto k : rules_.cutoffs) {
      for (const auto& metric : rank_metrics()) {
        out_.columns[column++].value[user] = value(metric, k);
      }
    }
  }

  void record_list(std::uint64_t user, const std::vector<ItemIndex>& items) {
    std::copy(items.begin(), items.end(), out_.list.begin() + static_cast<std::ptrdiff_t>(user * kListLength));
    const auto history = consumed_.train().of(user);
    const auto positive = cases_.positive[user];
    if (rules_.facts != nullptr && positive >= 0) {
      record_parts(user, {static_cast<ItemIndex>(positive), history});
    }
    if (items.empty() || (positive == kNoItem && !rules_.is_everyone_averaged)) {
      return;
    }
    if (rules_.facts != nullptr) {
      record_list_metrics(user, {items, history});
    }
    if (rules_.distances != nullptr && !history.empty()) {
      const auto recommended = taste_distribution(*rules_.distances, items);
      const auto consumed = taste_distribution(*rules_.distances, {history.begin(), history.end()});
      out_.columns[layout_.tdd].value[user] = jensen_shannon(recommended, consumed);
      out_.columns[layout_.tdd + 1].value[user] = hellinger(recommended, consumed);
    }
  }

  void record_parts(std::uint64_t user, const CaseOfUser& asked) {
    for (std::size_t slice = 0; slice < slices().size(); ++slice) {
      out_.parts[slice][user] = slices()[slice].part_of(*rules_.facts, asked);
    }
  }

  void record_list_metrics(std::uint64_t user, const ListOfUser& list) {
    auto column = layout_.lists;
    for (const auto k : rules_.cutoffs) {
      if (k <= kListLength) {
        const auto length = std::min<std::size_t>(k, list.recommended.size());
        for (const auto& metric : list_metrics()) {
          out_.columns[column++].value[user] = metric.of(*rules_.facts, {list.recommended.first(length), list.history});
        }
      }
    }
  }

  const Cases& cases_;
  ConsumedItems& consumed_;
  const MeasureRules& rules_;
  Layout layout_;
  std::uint64_t item_count_;
  UserMeasures out_;
};

}  // namespace

UserMeasures measure(ScoreSource& source, const Cases& cases, ConsumedItems& consumed, const MeasureRules& rules) {
  Measurer measurer(cases, consumed, rules, source.item_count());
  const auto stride = source.stride();
  const auto at_once = std::clamp<std::uint64_t>(kScoresAtOnce / stride, 1, kMostUsersAtOnce);
  std::vector<float> scores(at_once * stride);
  const auto asked = rules.asked_in(cases.users);
  for (std::size_t first = 0; first < asked.size(); first += at_once) {
    const auto block = std::span<const UserIndex>(asked).subspan(first, std::min(at_once, asked.size() - first));
    source.score_each(block, scores);
    for (std::size_t i = 0; i < block.size(); ++i) {
      const auto row = std::span<const float>(scores).subspan(i * stride, source.item_count());
      try {
        measurer.measure_scores(block[i] - cases.users.first, row);
      } catch (const RuntimeError& error) {
        throw RuntimeError("user {} (row of /users/id): {}", block[i], error.what());
      }
    }
  }
  return measurer.take();
}

UserMeasures measure(const Recommendations& lists, std::uint64_t item_count, const Cases& cases,
                     ConsumedItems& consumed, const MeasureRules& rules) {
  MeasureRules full_only = rules;
  full_only.is_sampled = false;
  Measurer measurer(cases, consumed, full_only, item_count);
  for (const auto user : rules.asked_in(cases.users)) {
    measurer.measure_list(user - cases.users.first, lists.of(user - cases.users.first));
  }
  return measurer.take();
}

}  // namespace ampcf::evaluation
