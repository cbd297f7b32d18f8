#pragma once

#include "ampcf/checkpoint/state.hpp"
#include "ampcf/dataset/writer.hpp"
#include "ampcf/recommendation/recommender.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace ampcf::recommendation {

/// Two users in a plane: both have the personas (1, 0) and (0, 1), items lie on the axes, the even ones on the first
/// and the odd ones on the second, farther out with their number. So item i is persona i % 2's, and scores rise with i.
struct Plane : public ::testing::Test {
  static constexpr std::uint64_t kItems = 8;

  testing::TemporaryDirectory directory;
  std::optional<dataset::Dataset> data;
  std::optional<checkpoint::ModelFile> model;
  std::optional<Recommender> recommender;

  Plane() {
    dataset::UserBlock block;
    block.id = {"a", "b"};
    block.interaction_count = {2, 1};
    block.item = {1, 6, 0};
    block.validation_item = {7, kNoItem};
    block.test_item = {4, kNoItem};
    block.validation_candidates = {0, 0};
    block.test_candidates = {0, 0};
    dataset::DatasetWriter writer(directory / "data.h5", 2, 3, 1);
    writer.append(block);
    writer.finish({{"i0", "i1", "i2", "i3", "i4", "i5", "i6", "i7"},
                   {"Zero", "One", "Two", "Say \"three\", twice", "Four", "Five", "Six", "Seven"},
                   {"Even|Small", "Odd|Small", "Even|Small", "Odd|Small", "Even", "Odd", "Even", ""}});
    data.emplace(directory / "data.h5");
    write_model(directory / "model.h5", data->fingerprint(), kItems);
    model.emplace(directory / "model.h5");
    recommender.emplace(*data, *model);
  }

  static void write_model(const std::filesystem::path& path, const std::string& fingerprint, std::uint64_t items) {
    checkpoint::TrainingState state({2, 2, 2, true}, {0, 2}, items);
    const auto d = state.personas.dimensions.padded_dim();
    for (std::uint64_t user = 0; user < 2; ++user) {
      state.personas.of(user)[0] = 1.0F;
      state.personas.of(user)[d + 1] = 1.0F;
    }
    for (std::uint64_t item = 0; item < items; ++item) {
      state.shared.item(item)[item % 2] = 1.0F + static_cast<float>(item);
    }
    checkpoint::write_state(path, communication::Communicator::alone(), {fingerprint, "", 2}, state);
  }

  [[nodiscard]] Recommendation list(std::uint64_t count, UserIndex user = 0) {
    ListRules rules;
    rules.count = count;
    return recommender->recommend(recommender->profile_of(user), rules);
  }

  static std::vector<ItemIndex> items_of(const std::vector<ExplainedItem>& list) {
    std::vector<ItemIndex> items;
    for (const auto& entry : list) {
      items.push_back(entry.item);
    }
    return items;
  }
};

}  // namespace ampcf::recommendation
