#pragma once

#include "ampcf/checkpoint/state.hpp"
#include "ampcf/dataset/writer.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace ampcf::testing {

/// Eight items in a plane, the even ones on the first axis and the odd ones on the second, farther out with their
/// number, and two users, "a" and "b", whose two personas look along the axes: item i is persona i % 2's, and scores
/// rise with i.
struct ItemsOnAxes {
  static constexpr std::uint64_t kItems = 8;

  /// "a" consumed these in the training part, item 7 for validation and item 4 in the test, "b" item 0 alone.
  std::vector<ItemIndex> history;
  std::vector<std::string> titles;
  std::vector<std::string> tags;

  void write_data(const std::filesystem::path& path) const {
    dataset::UserBlock block;
    block.id = {"a", "b"};
    block.interaction_count = {history.size(), 1};
    block.item = history;
    block.item.push_back(0);
    block.validation_item = {7, kNoItem};
    block.test_item = {4, kNoItem};
    block.validation_candidates = {0, 0};
    block.test_candidates = {0, 0};
    dataset::DatasetWriter writer(path, 2, block.item.size(), 1);
    writer.append(block);
    writer.finish({{"i0", "i1", "i2", "i3", "i4", "i5", "i6", "i7"}, titles, tags});
  }

  /// The first persona of "a" looks along the first axis, that of "b" along the second where he is `turned`.
  static void write_model(const std::filesystem::path& path, const std::string& fingerprint, bool is_b_turned = false,
                          std::uint64_t items = kItems) {
    checkpoint::TrainingState state({2, 2, 2, true}, {0, 2}, items);
    const auto d = state.personas.dimensions.padded_dim();
    state.personas.of(0)[0] = state.personas.of(0)[d + 1] = 1.0F;
    state.personas.of(1)[is_b_turned ? 1 : 0] = state.personas.of(1)[is_b_turned ? d : d + 1] = 1.0F;
    for (std::uint64_t item = 0; item < items; ++item) {
      state.shared.item(item)[item % 2] = 1.0F + static_cast<float>(item);
    }
    checkpoint::write_state(path, communication::Communicator::alone(), {fingerprint, "", 2}, state);
  }
};

}  // namespace ampcf::testing
