#pragma once

#include "ampcf/dataset/writer.hpp"
#include "ampcf/random/philox.hpp"
#include "support/world.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

namespace ampcf::testing {

/// The users of a dataset by what they consumed and what is asked of them.
struct EvaluationData {
  struct User {
    std::vector<ItemIndex> train;
    std::int64_t validation = kNoItem;
    std::int64_t test = kNoItem;
    std::vector<ItemIndex> candidates;  // of both parts, padded to the longest
  };

  std::uint64_t items = 0;
  std::vector<User> users;

  /// Collective. Writes it from rank 0; users are u0, u1, ..., item i is i<i> after `label` has renumbered it.
  void write(const std::filesystem::path& path, const std::function<ItemIndex(ItemIndex)>& label = {}) const {
    world().agree([&] {
      if (world().rank() == 0) {
        write_here(path, label);
      }
    });
  }

 private:
  void write_here(const std::filesystem::path& path, const std::function<ItemIndex(ItemIndex)>& label) const {
    const auto labelled = [&](std::vector<ItemIndex> list) {
      std::transform(list.begin(), list.end(), list.begin(), [&](auto item) { return label ? label(item) : item; });
      return list;
    };
    const auto labelled_one = [&](std::int64_t item) {
      return item == kNoItem ? item : static_cast<std::int64_t>(labelled({static_cast<ItemIndex>(item)})[0]);
    };
    std::size_t width = 0;
    for (const auto& user : users) {
      width = std::max(width, user.candidates.size());
    }
    dataset::UserBlock block;
    for (std::size_t u = 0; u < users.size(); ++u) {
      auto train = labelled(users[u].train);
      std::sort(train.begin(), train.end());
      block.id.push_back("u" + std::to_string(u));
      block.interaction_count.push_back(train.size());
      block.item.insert(block.item.end(), train.begin(), train.end());
      block.validation_item.push_back(labelled_one(users[u].validation));
      block.test_item.push_back(labelled_one(users[u].test));
      auto candidates = labelled(users[u].candidates);
      candidates.resize(width, kNoCandidate);
      for (auto* into : {&block.validation_candidates, &block.test_candidates}) {
        into->insert(into->end(), candidates.begin(), candidates.end());
      }
    }
    dataset::ItemTable table;
    table.id.resize(items);
    for (ItemIndex item = 0; item < items; ++item) {
      table.id[label ? label(item) : item] = "i" + std::to_string(item);
    }
    dataset::DatasetWriter writer(path, users.size(), block.item.size(), width);
    writer.append(block);
    writer.finish(table);
  }
};

/// Users with a taste for a residue class of the items, popular items in all of them; a few users lack a test item, a
/// validation item or all training items.
inline EvaluationData random_data(std::uint64_t users, std::uint64_t items) {
  constexpr std::size_t kCandidates = 25;
  EvaluationData data;
  data.items = items;
  for (std::uint64_t user = 0; user < users; ++user) {
    random::Draws draws(31, random::Stream::generation, user);
    std::vector<ItemIndex> order(items);
    std::iota(order.begin(), order.end(), 0U);
    std::vector<double> key(items);
    for (ItemIndex item = 0; item < items; ++item) {
      const double liking = (item % 4 == user % 4 ? 6.0 : 1.0) / (1.0 + item / 8);
      key[item] = -std::log(1.0 - draws.next_unit()) / liking;
    }
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return key[a] < key[b]; });
    const auto consumed = static_cast<std::ptrdiff_t>(5 + user % 9);
    EvaluationData::User row;
    row.train.assign(order.begin() + 2, order.begin() + consumed);
    row.test = user % 11 == 5 ? kNoItem : order[0];
    row.validation = user % 7 == 3 ? kNoItem : order[1];
    if (user % 23 == 13) {
      row.train.clear();
    }
    row.candidates.assign(order.end() - kCandidates, order.end());
    data.users.push_back(std::move(row));
  }
  return data;
}

}  // namespace ampcf::testing
