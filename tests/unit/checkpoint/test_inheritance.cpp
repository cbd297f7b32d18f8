#include "ampcf/checkpoint/inheritance.hpp"

#include "state_case.hpp"

#include <gtest/gtest.h>

namespace ampcf::checkpoint::testing {

namespace {

const RawIds kIds{[] {
                    std::vector<std::string> ids;
                    for (std::uint64_t user = 0; user < kUsers; ++user) {
                      ids.push_back("user " + std::to_string(user));
                    }
                    return ids;
                  }(),
                  {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "a long name of an item"}};

struct Inheriting : public ::testing::Test {
  TemporaryDirectory directory;
  std::filesystem::path path = directory / "old.h5";

  Inheriting() {
    auto header = kHeader;
    header.ids = &kIds;
    write_state(path, world(), header, state_of(users_of(world().rank(), world().size())));
  }
};

bool is_row(const float* found, const float* expected, std::size_t size) {
  return std::equal(expected, expected + size, found);
}

}  // namespace

TEST_F(Inheriting, FindsTheIdsThatWereWritten) {
  const ModelFile model(path);
  ASSERT_TRUE(model.has_ids());
  EXPECT_EQ(model.user_ids(), kIds.users);
  EXPECT_EQ(model.item_ids(), kIds.items);
}

TEST_F(Inheriting, FingerprintsTellModelsApart) {
  const auto own = users_of(world().rank(), world().size());
  auto other = state_of(own);
  write_state(directory / "same.h5", world(), {"other data", "seed = 2\n", kUsers}, other);
  other.shared.item(3)[1] += 1.0F;
  write_state(directory / "other.h5", world(), kHeader, other);
  const auto fingerprint = ModelFile(path).model_fingerprint();
  EXPECT_EQ(fingerprint.size(), 16U);
  EXPECT_EQ(ModelFile(directory / "same.h5").model_fingerprint(), fingerprint);
  EXPECT_NE(ModelFile(directory / "other.h5").model_fingerprint(), fingerprint);
  EXPECT_FALSE(ModelFile(directory / "same.h5").has_ids());
}

TEST_F(Inheriting, GivesRowsToThoseNamedAndLeavesTheOthers) {
  const auto old = state_of({0, kUsers});
  const auto& shape = old.shared.dimensions;
  TrainingState state(shape, {100, 104}, 5);
  inherit(ModelFile(path), {{{2, 3}, {7, 0}, {22, 1}}, {{0, 4}, {10, 2}}, false}, state, true);
  EXPECT_TRUE(is_row(state.personas.of(3), old.personas.of(2), shape.user_stride()));
  EXPECT_TRUE(is_row(state.personas.of(0), old.personas.of(7), shape.user_stride()));
  EXPECT_TRUE(is_row(state.personas.of(1), old.personas.of(22), shape.user_stride()));
  EXPECT_TRUE(is_row(state.shared.item(4), old.shared.item(0), shape.padded_dim()));
  EXPECT_TRUE(is_row(state.shared.item(2), old.shared.item(10), shape.padded_dim()));
  EXPECT_EQ(state.shared.biases[2], old.shared.biases[10]);
  EXPECT_EQ(state.shared.biases[3], 0.0F);
  EXPECT_EQ(state.shared.user_projection, old.shared.user_projection);
  const TrainingState fresh(shape, {100, 104}, 5);
  EXPECT_TRUE(is_row(state.personas.of(2), fresh.personas.of(2), shape.user_stride()));
  EXPECT_TRUE(is_row(state.shared.item(3), fresh.shared.item(3), shape.padded_dim()));
  EXPECT_EQ(state.persona_moments.updates, fresh.persona_moments.updates);
  EXPECT_EQ(state.persona_moments.second, fresh.persona_moments.second);
}

TEST_F(Inheriting, GivesMomentsWhereAsked) {
  const auto old = state_of({0, kUsers});
  const auto stride = old.persona_moments.stride;
  TrainingState state(old.shared.dimensions, {100, 104}, 5);
  inherit(ModelFile(path), {{{7, 1}}, {{5, 4}}, true}, state, true);
  EXPECT_EQ(state.persona_moments.updates[1], 7U);
  EXPECT_TRUE(
      is_row(state.persona_moments.second.data() + stride, old.persona_moments.second.data() + 7 * stride, stride));
  EXPECT_EQ(state.item_moments.updates[4], 15U);
  EXPECT_EQ(state.item_moments.updates[0], 0U);
  EXPECT_EQ(state.bias_moments.second[4], old.bias_moments.second[5]);
  EXPECT_EQ(state.bias_moments.second[0], 0.0F);
}

}  // namespace ampcf::checkpoint::testing
