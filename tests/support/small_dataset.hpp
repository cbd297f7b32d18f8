#pragma once

#include "ampcf/dataset/writer.hpp"
#include "ampcf/random/philox.hpp"
#include "support/world.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

namespace ampcf::testing {

struct SmallDataset {
  std::uint64_t users = 120;
  std::uint64_t items = 80;
  std::uint64_t tastes = 4;
  bool has_validation = true;
  bool is_validation_trained = false;  // its items stand in the training part instead
  std::uint64_t first_id = 0;          // raw id of the first user and item, as a number
};

/// Collective. Writes a dataset of which rank 0 alone computes the content: each user consumes items of one or two of
/// the tastes (item i has taste i mod tastes), so a model has something to learn. Some users have no validation item.
inline void write_small_dataset(const std::filesystem::path& path, const SmallDataset& shape = {}) {
  world().agree([&] {
    if (world().rank() != 0) {
      return;
    }
    constexpr std::uint64_t kCandidates = 20;
    dataset::UserBlock block;
    for (std::uint64_t user = 0; user < shape.users; ++user) {
      random::Draws draws(77, random::Stream::generation, user);
      const std::uint64_t first = draws.next_below(static_cast<std::uint32_t>(shape.tastes));
      const std::uint64_t second = draws.next_below(static_cast<std::uint32_t>(shape.tastes));
      std::set<ItemIndex> consumed;
      for (std::uint64_t i = 0; i < 6 + user % 13; ++i) {
        const auto taste = draws.next_below(3) == 0 ? second : first;
        const auto place = draws.next_below(static_cast<std::uint32_t>(shape.items / shape.tastes));
        consumed.insert(static_cast<ItemIndex>(place * shape.tastes + taste));
      }
      std::vector<ItemIndex> train(consumed.begin(), consumed.end());
      std::int64_t validation = kNoItem;
      if (shape.has_validation && user % 10 != 3) {
        const auto chosen = train.begin() + draws.next_below(static_cast<std::uint32_t>(train.size()));
        if (!shape.is_validation_trained) {
          validation = *chosen;
          train.erase(chosen);
        }
      }
      block.id.push_back("u" + std::to_string(shape.first_id + user));
      block.interaction_count.push_back(train.size());
      block.item.insert(block.item.end(), train.begin(), train.end());
      block.validation_item.push_back(validation);
      block.test_item.push_back(kNoItem);
      for (std::uint64_t candidate = 0; candidate < kCandidates; ++candidate) {
        ItemIndex item = 0;
        do {
          item = draws.next_below(static_cast<std::uint32_t>(shape.items));
        } while (consumed.contains(item));
        block.validation_candidates.push_back(item);
        block.test_candidates.push_back(kNoCandidate);
      }
    }
    dataset::ItemTable items;
    for (std::uint64_t item = 0; item < shape.items; ++item) {
      items.id.push_back("i" + std::to_string(shape.first_id + item));
    }
    dataset::DatasetWriter writer(path, shape.users, block.item.size(), kCandidates);
    writer.append(block);
    writer.finish(items);
  });
}

}  // namespace ampcf::testing
