#include "dataset/filter.hpp"

#include "ampcf/random/philox.hpp"

#include <algorithm>
#include <numeric>

namespace ampcf::dataset {

namespace {

/// Users of each item: the transpose.
Sequences users_by_item(const Sequences& sequences, std::size_t item_count) {
  Sequences out;
  out.indptr.assign(item_count + 1, 0);
  for (const auto item : sequences.item) {
    ++out.indptr[item + 1];
  }
  std::partial_sum(out.indptr.begin(), out.indptr.end(), out.indptr.begin());
  auto next = out.indptr;
  out.item.resize(sequences.item.size());
  for (std::size_t user = 0; user < sequences.user_count(); ++user) {
    for (const auto item : sequences.of(user)) {
      out.item[next[item]++] = static_cast<std::uint32_t>(user);
    }
  }
  return out;
}

/// One side of the bipartite graph, users or items.
struct Side {
  const Sequences& links;  // to the other side
  std::uint64_t least;
  std::vector<std::uint64_t> degree{};
  std::vector<bool> stays{};
  std::vector<std::uint32_t> falling{};  // below the least since the last round, each once

  void count() {
    degree.resize(links.user_count());
    stays.assign(degree.size(), true);
    for (std::size_t i = 0; i < degree.size(); ++i) {
      degree[i] = links.of(i).size();
      if (degree[i] < least) {
        falling.push_back(static_cast<std::uint32_t>(i));
      }
    }
  }

  void lose_link(std::uint32_t i) {
    if (stays[i] && degree[i]-- == least) {
      falling.push_back(i);
    }
  }
};

void drop(const std::vector<std::uint32_t>& dropped, const Side& from, Side& other) {
  for (const auto i : dropped) {
    for (const auto linked : from.links.of(i)) {
      other.lose_link(linked);
    }
  }
}

}  // namespace

Survivors filter(const Sequences& sequences, std::size_t item_count, std::uint64_t least_user_items,
                 std::uint64_t least_item_users) {
  const auto transposed = users_by_item(sequences, item_count);
  Side users{sequences, std::max<std::uint64_t>(1, least_user_items)};
  Side items{transposed, std::max<std::uint64_t>(1, least_item_users)};
  users.count();
  items.count();
  Survivors out;
  while (!users.falling.empty() || !items.falling.empty()) {
    ++out.rounds;
    std::vector<std::uint32_t> dropped_users;
    std::vector<std::uint32_t> dropped_items;
    dropped_users.swap(users.falling);
    dropped_items.swap(items.falling);
    for (const auto user : dropped_users) {
      users.stays[user] = false;
    }
    for (const auto item : dropped_items) {
      items.stays[item] = false;
    }
    drop(dropped_users, users, items);
    drop(dropped_items, items, users);
  }
  out.user = std::move(users.stays);
  out.item = std::move(items.stays);
  return out;
}

void keep_sample(Sequences& sequences, const Survivors& stays, std::uint64_t count, std::uint64_t seed) {
  std::vector<std::pair<std::uint64_t, UserIndex>> drawn;  // the smallest keys stay; a user's key is its own
  for (UserIndex user = 0; user < stays.user.size(); ++user) {
    if (stays.user[user]) {
      const auto words = random::bits(seed, random::Stream::user_sample, user);
      drawn.emplace_back(static_cast<std::uint64_t>(words[0]) << 32U | words[1], user);
    }
  }
  std::sort(drawn.begin(), drawn.end());
  drawn.resize(std::min<std::uint64_t>(count, drawn.size()));
  std::vector<bool> is_drawn(stays.user.size(), false);
  for (const auto& [key, user] : drawn) {
    is_drawn[user] = true;
  }
  Sequences kept;
  for (UserIndex user = 0; user < stays.user.size(); ++user) {
    if (is_drawn[user]) {
      const auto items = sequences.of(user);
      kept.item.insert(kept.item.end(), items.begin(), items.end());
    }
    kept.indptr.push_back(kept.item.size());
  }
  sequences = std::move(kept);
}

Renumbering::Renumbering(const std::vector<bool>& stays) : new_of(stays.size(), kDropped) {
  for (std::uint32_t old = 0; old < stays.size(); ++old) {
    if (stays[old]) {
      new_of[old] = static_cast<std::uint32_t>(old_of.size());
      old_of.push_back(old);
    }
  }
}

Sequences renumbered(const Sequences& sequences, const Renumbering& users, const Renumbering& items) {
  Sequences out;
  out.indptr.reserve(users.old_of.size() + 1);
  out.item.reserve(sequences.item.size());
  for (const auto user : users.old_of) {
    for (const auto item : sequences.of(user)) {
      if (items.new_of[item] != Renumbering::kDropped) {
        out.item.push_back(items.new_of[item]);
      }
    }
    out.indptr.push_back(out.item.size());
  }
  return out;
}

}  // namespace ampcf::dataset
