#include "dataset/sequences.hpp"

#include <algorithm>
#include <numeric>

namespace ampcf::dataset {

namespace {

struct Entry {
  std::int64_t time = 0;
  std::uint32_t item : 31 = 0;
  std::uint32_t is_positive : 1 = 0;
  std::uint32_t order = 0;  // of the user's rows in the file

  [[nodiscard]] bool operator<(const Entry& other) const {
    return time != other.time ? time < other.time : order < other.order;
  }
};

std::vector<std::uint64_t> offsets_of(const std::vector<RawRow>& rows, std::size_t user_count) {
  std::vector<std::uint64_t> offsets(user_count + 1, 0);
  for (const auto& row : rows) {
    ++offsets[row.user + 1];
  }
  std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
  return offsets;
}

std::vector<Entry> grouped_by_user(const std::vector<RawRow>& rows, const std::vector<std::uint64_t>& offsets) {
  std::vector<Entry> entries(rows.size());
  std::vector<std::uint32_t> filled(offsets.size() - 1, 0);
  for (const auto& row : rows) {
    const auto order = filled[row.user]++;
    auto& entry = entries[offsets[row.user] + order];
    entry.time = row.time;
    entry.item = row.item;
    entry.is_positive = row.is_positive;
    entry.order = order;
  }
  return entries;
}

}  // namespace

Sequences order_and_merge(std::vector<RawRow> rows, std::size_t user_count, std::size_t item_count,
                          MergeCounts& counts) {
  const auto offsets = offsets_of(rows, user_count);
  auto entries = grouped_by_user(rows, offsets);
  rows = {};  // gives the memory back before the next large array
  Sequences out;
  out.indptr.reserve(offsets.size());
  out.item.reserve(entries.size());
  std::vector<std::size_t> last_user_of(item_count, user_count);  // who met the item last; user_count: nobody
  for (std::size_t user = 0; user < user_count; ++user) {
    const std::span<Entry> mine(entries.data() + offsets[user], offsets[user + 1] - offsets[user]);
    if (!std::is_sorted(mine.begin(), mine.end())) {
      std::sort(mine.begin(), mine.end());
    }
    const auto start = out.item.size();
    for (auto entry = mine.rbegin(); entry != mine.rend(); ++entry) {
      const bool is_replaced = last_user_of[entry->item] == user;
      last_user_of[entry->item] = user;
      if (is_replaced) {
        ++counts.duplicates;
      } else if (!entry->is_positive) {
        ++counts.dropped_by_rating;
      } else {
        out.item.push_back(entry->item);
      }
    }
    std::reverse(out.item.begin() + static_cast<std::ptrdiff_t>(start), out.item.end());
    out.indptr.push_back(out.item.size());
  }
  return out;
}

}  // namespace ampcf::dataset
