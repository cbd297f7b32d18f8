#include "dataset/user_writer.hpp"

#include "ampcf/dataset/candidates.hpp"

#include <algorithm>

namespace ampcf::dataset {

namespace {

constexpr std::uint64_t kBlockUsers = 4096;         // of the file written at once
constexpr std::uint64_t kBlockNumbers = 1U << 22U;  // and at most this many candidates

class UserWriter {
 public:
  UserWriter(const Interner& user_ids, const Positives& positives, const HeldOutItems& held, const CandidatePlan& plan)
      : user_ids_(user_ids),
        positives_(positives),
        held_(held),
        plan_(plan),
        sampler_(plan.seed, positives.items.old_of.size()) {}

  std::uint64_t write(DatasetWriter& writer) {
    const auto users = positives_.sequences.user_count();
    const auto step =
        std::clamp<std::uint64_t>(kBlockNumbers / std::max<std::uint64_t>(1, plan_.width), 1, kBlockUsers);
    for (UserIndex first = 0; first < users; first += step) {
      UserBlock block;
      for (auto user = first; user < std::min(users, first + step); ++user) {
        append(user, block);
      }
      writer.append(block);
    }
    return short_lists_;
  }

 private:
  void append(UserIndex user, UserBlock& block) {
    const auto consumed = positives_.sequences.of(user);
    const auto test = held_.test[user];
    const auto validation = held_.validation[user];
    const auto start = block.item.size();
    std::copy_if(consumed.begin(), consumed.end(), std::back_inserter(block.item),
                 [&](ItemIndex item) { return item != test && item != validation; });
    std::sort(block.item.begin() + static_cast<std::ptrdiff_t>(start), block.item.end());
    block.id.emplace_back(user_ids_[positives_.users.old_of[user]]);
    block.interaction_count.push_back(block.item.size() - start);
    block.test_item.push_back(test);
    block.validation_item.push_back(validation);

    using random::Stream;
    const auto test_row = new_row(block.test_candidates);
    if (!held_.candidates.empty()) {
      const auto& given = held_.candidates[user];
      std::copy(given.begin(), given.end(), test_row.begin());
      count_short(test, given.size());
    } else {
      draw(Stream::preparation_test_candidates, user, test, test_row);
    }
    draw(Stream::preparation_validation_candidates, user, validation, new_row(block.validation_candidates));
  }

  std::span<ItemIndex> new_row(std::vector<ItemIndex>& candidates) const {
    candidates.resize(candidates.size() + plan_.width, kNoCandidate);
    return std::span(candidates).last(plan_.width);
  }

  void draw(random::Stream stream, UserIndex user, std::int64_t held_item, std::span<ItemIndex> row) {
    if (held_item != kNoItem) {
      const auto consumed = positives_.sequences.of(user);
      count_short(held_item, sampler_.draw(stream, user, consumed, row.first(plan_.drawn)));
    }
  }

  void count_short(std::int64_t held_item, std::uint64_t candidates) {
    short_lists_ += held_item != kNoItem && candidates < plan_.width ? 1 : 0;
  }

  const Interner& user_ids_;
  const Positives& positives_;
  const HeldOutItems& held_;
  CandidatePlan plan_;
  CandidateSampler sampler_;
  std::uint64_t short_lists_ = 0;
};

}  // namespace

std::uint64_t write_users(DatasetWriter& writer, const Interner& user_ids, const Positives& positives,
                          const HeldOutItems& held, const CandidatePlan& plan) {
  return UserWriter(user_ids, positives, held, plan).write(writer);
}

}  // namespace ampcf::dataset
