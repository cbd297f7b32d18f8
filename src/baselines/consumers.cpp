#include "baselines/consumers.hpp"

#include "ampcf/evaluation/cases.hpp"

#include <algorithm>

namespace ampcf::baselines {

namespace {

constexpr std::uint64_t kUsersAtOnce = 4096;  // the whole training part need not fit beside one rank's share

template <typename Take>
void for_each_interaction(const dataset::Dataset& data, ItemRange items, const Take& take) {
  for (std::uint64_t first = 0; first < data.user_count(); first += kUsersAtOnce) {
    const UserRange users{first, std::min(first + kUsersAtOnce, data.user_count())};
    const auto block = data.interactions(users);
    for (std::uint64_t user = 0; user < users.count(); ++user) {
      for (const auto item : block.of(user)) {
        if (items.first <= item && item < items.last) {
          take(static_cast<std::uint32_t>(first + user), item - items.first);
        }
      }
    }
  }
}

}  // namespace

Consumers consumers_of(const dataset::Dataset& data, ItemRange items) {
  Consumers consumers{items, std::vector<std::uint64_t>(items.count() + 1, 0), {}};
  for_each_interaction(data, items, [&](std::uint32_t, ItemIndex row) { ++consumers.indptr[row + 1]; });
  for (ItemIndex row = 0; row < items.count(); ++row) {
    consumers.indptr[row + 1] += consumers.indptr[row];
  }
  consumers.user.resize(consumers.indptr.back());
  auto place = consumers.indptr;
  for_each_interaction(data, items, [&](std::uint32_t user, ItemIndex row) { consumers.user[place[row]++] = user; });
  return consumers;
}

ItemRange own_items(std::uint64_t item_count, int rank, int ranks) {
  const auto range = evaluation::divide(item_count, ranks)[static_cast<std::size_t>(rank)];
  return {static_cast<ItemIndex>(range.first), static_cast<ItemIndex>(range.last)};
}

}  // namespace ampcf::baselines
