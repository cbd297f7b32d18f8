#include "ampcf/evaluation/cases.hpp"

#include <algorithm>

namespace ampcf::evaluation {

namespace {

std::vector<std::uint64_t> sizes_of(const std::vector<UserRange>& ranges) {
  std::vector<std::uint64_t> sizes;
  std::transform(ranges.begin(), ranges.end(), std::back_inserter(sizes), [](const auto& r) { return r.count(); });
  return sizes;
}

}  // namespace

void Cases::append(std::int64_t positive_item, std::vector<ItemIndex> candidates, std::uint64_t unknown) {
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  std::erase_if(candidates, [&](ItemIndex item) { return item == positive_item || item == kNoCandidate; });
  positive.push_back(positive_item);
  candidate.insert(candidate.end(), candidates.begin(), candidates.end());
  indptr.push_back(candidate.size());
  unknown_candidates.push_back(unknown);
}

Cases cases_of(const dataset::Dataset& data, dataset::HeldOutPart part, UserRange users) {
  const auto held_out = data.held_out(part, users);
  Cases cases;
  cases.users = users;
  for (std::uint64_t user = 0; user < users.count(); ++user) {
    const auto candidates = held_out.candidates_of(user);
    cases.append(held_out.item[user], {candidates.begin(), candidates.end()});
  }
  return cases;
}

std::vector<UserRange> divide(std::uint64_t users, int ranks) {
  const auto parts = static_cast<std::uint64_t>(ranks);
  const auto begin_of = [&](std::uint64_t part) { return users / parts * part + std::min(part, users % parts); };
  std::vector<UserRange> ranges;
  ranges.reserve(parts);
  for (std::uint64_t part = 0; part < parts; ++part) {
    ranges.push_back({begin_of(part), begin_of(part + 1)});
  }
  return ranges;
}

std::vector<std::uint64_t> values_in(const std::vector<UserRange>& ranges, std::span<const std::uint64_t> indptr) {
  std::vector<std::uint64_t> counts;
  counts.reserve(ranges.size());
  for (const auto& range : ranges) {
    counts.push_back(indptr[range.last] - indptr[range.first]);
  }
  return counts;
}

std::vector<std::uint64_t> deal_offsets(const communication::Communicator& communicator,
                                        const std::vector<std::uint64_t>& all, const std::vector<UserRange>& ranges) {
  // One value for each user: how many entries follow.
  std::vector<std::uint64_t> lengths;
  for (std::size_t user = 1; user < all.size(); ++user) {
    lengths.push_back(all[user] - all[user - 1]);
  }
  std::vector<std::uint64_t> offsets{0};
  for (const auto length : communicator.scatter(std::span<const std::uint64_t>(lengths), sizes_of(ranges), 0)) {
    offsets.push_back(offsets.back() + length);
  }
  return offsets;
}

Cases deal(const communication::Communicator& communicator, const Cases& all, const std::vector<UserRange>& ranges) {
  const auto users = sizes_of(ranges);
  const auto values = communicator.rank() == 0 ? values_in(ranges, all.indptr) : std::vector<std::uint64_t>();
  Cases own;
  own.users = ranges[static_cast<std::size_t>(communicator.rank())];
  own.positive = communicator.scatter(std::span<const std::int64_t>(all.positive), users, 0);
  own.unknown_candidates = communicator.scatter(std::span<const std::uint64_t>(all.unknown_candidates), users, 0);
  own.candidate = communicator.scatter(std::span<const ItemIndex>(all.candidate), values, 0);
  own.indptr = deal_offsets(communicator, all.indptr, ranges);
  return own;
}

ConsumedItems::ConsumedItems(const dataset::Dataset& data, dataset::HeldOutPart part, UserRange users)
    : train_(data.interactions(users)) {
  if (part == dataset::HeldOutPart::test) {
    validation_item_ = data.held_out(dataset::HeldOutPart::validation, users).item;
  }
}

std::span<const ItemIndex> ConsumedItems::of(std::uint64_t local_user) {
  const auto items = train_.of(local_user);
  if (validation_item_.empty() || validation_item_[local_user] == kNoItem) {
    return items;
  }
  const auto held_out = static_cast<ItemIndex>(validation_item_[local_user]);
  const auto place = std::lower_bound(items.begin(), items.end(), held_out);
  scratch_.assign(items.begin(), place);
  scratch_.push_back(held_out);
  scratch_.insert(scratch_.end(), place != items.end() && *place == held_out ? place + 1 : place, items.end());
  return scratch_;
}

}  // namespace ampcf::evaluation
