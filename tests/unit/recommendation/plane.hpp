#pragma once

#include "ampcf/recommendation/recommender.hpp"
#include "support/items_on_axes.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace ampcf::recommendation {

/// A recommender of testing::ItemsOnAxes.
struct Plane : public ::testing::Test {
  static constexpr std::uint64_t kItems = testing::ItemsOnAxes::kItems;

  testing::TemporaryDirectory directory;
  std::optional<dataset::Dataset> data;
  std::optional<checkpoint::ModelFile> model;
  std::optional<Recommender> recommender;

  Plane() {
    const testing::ItemsOnAxes axes{{1, 6},
                                    {"Zero", "One", "Two", "Say \"three\", twice", "Four", "Five", "Six", "Seven"},
                                    {"Even|Small", "Odd|Small", "Even|Small", "Odd|Small", "Even", "Odd", "Even", ""}};
    axes.write_data(directory / "data.h5");
    data.emplace(directory / "data.h5");
    write_model(directory / "model.h5", data->fingerprint(), kItems);
    model.emplace(directory / "model.h5");
    recommender.emplace(*data, *model);
  }

  static void write_model(const std::filesystem::path& path, const std::string& fingerprint, std::uint64_t items) {
    testing::ItemsOnAxes::write_model(path, fingerprint, false, items);
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
