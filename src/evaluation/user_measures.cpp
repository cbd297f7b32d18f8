#include "ampcf/evaluation/user_measures.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/evaluation/taste/distance.hpp"

#include <algorithm>
#include <limits>

namespace ampcf::evaluation {

namespace {

constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kScoresAtOnce = std::size_t{1} << 20U;  // 4 MiB: users of a block share reads of the catalogue
constexpr std::uint64_t kMostUsersAtOnce = 64;

RankColumns columns_of(std::uint64_t users) {
  const std::vector<double> column(users, kNotMeasured);
  return {column, column, column};
}

// Fills the rows of a UserMeasures for a range of users.
class Measurer {
 public:
  Measurer(const Cases& cases, ConsumedItems& consumed, const MeasureRules& rules, std::uint64_t item_count)
      : cases_(cases), consumed_(consumed), rules_(rules), item_count_(item_count), out_(cases.users.count()) {}

  [[nodiscard]] UserMeasures take() { return std::move(out_); }

  void measure_scores(std::uint64_t user, std::span<const float> scores) {
    const auto left_out = consumed_.of(user);
    const auto positive = cases_.positive[user];
    if (positive == kUnknownItem) {
      record_miss(user, catalogue_size(left_out, positive));
    } else if (positive != kNoItem) {
      const auto item = static_cast<ItemIndex>(positive);
      record(out_.full, user, rank_in_catalogue(scores, item, left_out));
      if (rules_.is_sampled) {
        record(out_.sampled, user, rank_among_candidates(scores, item, cases_.candidates_of(user)));
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
      record(out_.full, user,
             rank_in_list({ranked_items, ranked_scores}, static_cast<ItemIndex>(positive),
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

  void record(RankColumns& columns, std::uint64_t user, const TiedRank& rank) const {
    columns.rank[user] = expected_rank(rank);
    columns.hit[user] = expected_hit(rank, rules_.k);
    columns.ndcg[user] = expected_ndcg(rank, rules_.k);
  }

  // A positive that the dataset does not know: below all known items, a miss at any k.
  void record_miss(std::uint64_t user, std::uint64_t catalogue) {
    out_.full.rank[user] = static_cast<double>(catalogue);
    out_.full.hit[user] = 0.0;
    out_.full.ndcg[user] = 0.0;
    if (rules_.is_sampled) {
      out_.sampled.rank[user] = expected_rank({cases_.candidates_of(user).size(), cases_.unknown_candidates[user]});
      out_.sampled.hit[user] = 0.0;
      out_.sampled.ndcg[user] = 0.0;
    }
  }

  void record_list(std::uint64_t user, std::vector<ItemIndex> items) {
    std::copy(items.begin(), items.end(), out_.list.begin() + static_cast<std::ptrdiff_t>(user * kListLength));
    const auto history = consumed_.train().of(user);
    const bool is_averaged = rules_.is_everyone_averaged || cases_.positive[user] != kNoItem;
    if (rules_.distances == nullptr || items.empty() || history.empty() || !is_averaged) {
      return;
    }
    const auto recommended = taste_distribution(*rules_.distances, std::move(items));
    const auto consumed = taste_distribution(*rules_.distances, {history.begin(), history.end()});
    out_.tdd_js[user] = jensen_shannon(recommended, consumed);
    out_.tdd_hellinger[user] = hellinger(recommended, consumed);
  }

  const Cases& cases_;
  ConsumedItems& consumed_;
  const MeasureRules& rules_;
  std::uint64_t item_count_;
  UserMeasures out_;
};

}  // namespace

UserMeasures::UserMeasures(std::uint64_t users)
    : sampled(columns_of(users)),
      full(columns_of(users)),
      tdd_js(users, kNotMeasured),
      tdd_hellinger(users, kNotMeasured),
      list(users * kListLength, kNoCandidate) {}

std::array<std::vector<double>*, 8> UserMeasures::columns() {
  return {&sampled.rank, &sampled.hit, &sampled.ndcg, &full.rank, &full.hit, &full.ndcg, &tdd_js, &tdd_hellinger};
}

UserMeasures measure(ScoreSource& source, const Cases& cases, ConsumedItems& consumed, const MeasureRules& rules) {
  Measurer measurer(cases, consumed, rules, source.item_count());
  const auto stride = source.stride();
  const auto at_once = std::clamp<std::uint64_t>(kScoresAtOnce / stride, 1, kMostUsersAtOnce);
  std::vector<float> scores(at_once * stride);
  for (auto first = cases.users.first; first < cases.users.last; first += at_once) {
    const UserRange block{first, std::min(first + at_once, cases.users.last)};
    source.score(block, scores);
    for (auto user = block.first; user < block.last; ++user) {
      const auto row = std::span<const float>(scores).subspan((user - block.first) * stride, source.item_count());
      try {
        measurer.measure_scores(user - cases.users.first, row);
      } catch (const RuntimeError& error) {
        throw RuntimeError("user {} (row of /users/id): {}", user, error.what());
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
  for (std::uint64_t user = 0; user < cases.users.count(); ++user) {
    measurer.measure_list(user, lists.of(user));
  }
  return measurer.take();
}

UserMeasures gather(const communication::Communicator& communicator, UserMeasures own) {
  UserMeasures all(0);
  const auto columns = own.columns();
  for (std::size_t column = 0; column < columns.size(); ++column) {
    *all.columns()[column] = communicator.gather(std::span<const double>(*columns[column]), 0);
  }
  all.list = communicator.gather(std::span<const ItemIndex>(own.list), 0);
  all.consumed_in_lists = communicator.sum(own.consumed_in_lists);
  return all;
}

}  // namespace ampcf::evaluation
