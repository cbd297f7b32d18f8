#include "ampcf/checkpoint/state.hpp"

#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/core/error.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace ampcf::checkpoint {

namespace {

using testing::world;

constexpr std::uint64_t kUsers = 11;
constexpr std::uint64_t kItems = 5;

UserRange users_of(int rank, int size) {
  const auto cut = [&](int part) {
    return kUsers * static_cast<std::uint64_t>(part) / static_cast<std::uint64_t>(size);
  };
  return {cut(rank), cut(rank + 1)};
}

// A state in which every number tells where it stands; padding stays zero.
TrainingState numbered(const model::Dimensions& shape, UserRange users) {
  TrainingState state(shape, users, kItems);
  for (std::uint64_t user = 0; user < users.count(); ++user) {
    for (std::size_t k = 0; k < shape.personas; ++k) {
      for (std::size_t i = 0; i < shape.dim; ++i) {
        const auto place = k * shape.padded_dim() + i;
        const auto value = static_cast<float>((users.first + user) * 1000 + k * 100 + i);
        state.personas.of(user)[place] = value;
        state.persona_moments.first[user * state.persona_moments.stride + place] = -value;
        state.persona_moments.second[user * state.persona_moments.stride + place] = value + 0.5F;
      }
    }
    state.persona_moments.updates[user] = static_cast<std::uint32_t>(users.first + user);
  }
  for (std::uint64_t item = 0; item < kItems; ++item) {
    state.shared.item(item)[shape.dim - 1] = static_cast<float>(item);
    state.shared.biases[item] = static_cast<float>(item) + 0.25F;
    state.item_moments.first[item * state.item_moments.stride] = static_cast<float>(item) + 0.5F;
    state.bias_moments.first[item] = static_cast<float>(item) + 0.75F;
    state.bias_moments.second[item] = static_cast<float>(item) + 1.75F;
    state.item_moments.updates[item] = static_cast<std::uint32_t>(item * 3);
  }
  state.shared.user_projection[1] = 9.0F;
  state.user_projection_moments.second[1] = 8.0F;
  state.item_projection_moments.first[0] = 7.0F;
  state.user_projection_moments.updates[0] = state.item_projection_moments.updates[0] = 6;
  state.progress.epoch = 3;
  state.progress.step = 1234;
  state.progress.best_hr = 0.5;
  state.progress.log_rows = {"1,a", "2,b", "3,c"};
  return state;
}

}  // namespace

class StateFile : public ::testing::TestWithParam<model::Dimensions> {};

TEST_P(StateFile, ComesBackOnTheSameRanks) {
  const testing::TemporaryDirectory directory;
  const auto users = users_of(world().rank(), world().size());
  const auto written = numbered(GetParam(), users);
  write_state(directory / "x.h5", world(), {"print", "seed = 1\n", kUsers}, written);
  TrainingState read(GetParam(), users, kItems);
  read_state(directory / "x.h5", read);
  EXPECT_EQ(read.personas.rows, written.personas.rows);
  EXPECT_EQ(read.shared.items, written.shared.items);
  EXPECT_EQ(read.shared.user_projection, written.shared.user_projection);
  EXPECT_EQ(read.persona_moments.first, written.persona_moments.first);
  EXPECT_EQ(read.persona_moments.second, written.persona_moments.second);
  EXPECT_EQ(read.persona_moments.updates, written.persona_moments.updates);
  EXPECT_EQ(read.item_moments.first, written.item_moments.first);
  EXPECT_EQ(read.bias_moments.first, written.bias_moments.first);
  EXPECT_EQ(read.bias_moments.second, written.bias_moments.second);
  EXPECT_EQ(read.item_moments.updates, written.item_moments.updates);
  EXPECT_EQ(read.shared.biases, written.shared.biases);
  EXPECT_EQ(read.user_projection_moments.second, written.user_projection_moments.second);
  EXPECT_EQ(read.item_projection_moments.first, written.item_projection_moments.first);
  EXPECT_EQ(read.item_projection_moments.updates, written.item_projection_moments.updates);
  EXPECT_EQ(read.progress.step, 1234U);
  EXPECT_EQ(read.progress.best_hr, 0.5);
  EXPECT_EQ(read.progress.log_rows, written.progress.log_rows);
}

TEST_P(StateFile, ComesBackOnOneRank) {
  const testing::TemporaryDirectory directory;
  write_state(directory / "x.h5", world(), {"print", "seed = 1\n", kUsers},
              numbered(GetParam(), users_of(world().rank(), world().size())));
  const auto expected = numbered(GetParam(), {0, kUsers});
  TrainingState read(GetParam(), {0, kUsers}, kItems);
  read_state(directory / "x.h5", read);
  EXPECT_EQ(read.personas.rows, expected.personas.rows);
  EXPECT_EQ(read.persona_moments.updates, expected.persona_moments.updates);
}

TEST_P(StateFile, KeepsTheSharesOfPersonas) {
  const testing::TemporaryDirectory directory;
  const auto users = users_of(world().rank(), world().size());
  TrainingState written(GetParam(), users, kItems, {.shares = true});
  for (std::size_t i = 0; i < written.persona_shares.rows.size(); ++i) {
    written.persona_shares.rows[i] = static_cast<float>(users.first * GetParam().personas + i);
  }
  write_state(directory / "x.h5", world(), {"print", "seed = 1\n", kUsers}, written);
  TrainingState read(GetParam(), {0, kUsers}, kItems, {.shares = true});
  read_state(directory / "x.h5", read);
  for (std::size_t i = 0; i < kUsers * GetParam().personas; ++i) {
    EXPECT_EQ(read.persona_shares.rows[i], static_cast<float>(i));
  }
}

TEST_P(StateFile, KeepsTheSharesOfPersonasWhereTheFirstRankHasNoUsers) {
  const testing::TemporaryDirectory directory;
  const auto others = world().size() - 1;
  const auto users = others == 0           ? UserRange{0, kUsers}
                     : world().rank() == 0 ? UserRange{0, 0}
                                           : users_of(world().rank() - 1, others);
  TrainingState written(GetParam(), users, kItems, {.shares = true});
  std::fill(written.persona_shares.rows.begin(), written.persona_shares.rows.end(), 0.25F);
  write_state(directory / "x.h5", world(), {"print", "seed = 1\n", kUsers}, written);
  TrainingState read(GetParam(), {0, kUsers}, kItems, {.shares = true});
  read_state(directory / "x.h5", read);
  EXPECT_EQ(read.persona_shares.rows, std::vector<float>(kUsers * GetParam().personas, 0.25F));
  TrainingState without_users(GetParam(), {0, 0}, kItems, {.shares = true});
  EXPECT_NO_THROW(read_state(directory / "x.h5", without_users));
}

TEST_P(StateFile, KeepsAMeanAsTheModelAndBesideItWhatIsTrained) {
  const testing::TemporaryDirectory directory;
  const auto users = users_of(world().rank(), world().size());
  auto written = numbered(GetParam(), users);
  written.mean = model::ParameterMean{written.personas, written.shared};
  for (std::uint64_t user = 0; user < users.count(); ++user) {
    written.mean->personas.of(user)[0] += 0.125F;
  }
  written.mean->shared.item(2)[0] = 77.0F;
  write_state(directory / "x.h5", world(), {"print", "seed = 1\n", kUsers}, written);
  TrainingState read(GetParam(), users, kItems, {.mean = true});
  read_state(directory / "x.h5", read);
  EXPECT_EQ(read.personas.rows, written.personas.rows);
  EXPECT_EQ(read.shared.items, written.shared.items);
  EXPECT_EQ(read.shared.user_projection, written.shared.user_projection);
  EXPECT_EQ(read.mean->personas.rows, written.mean->personas.rows);
  EXPECT_EQ(read.mean->shared.items, written.mean->shared.items);
  const ModelFile model(directory / "x.h5");
  EXPECT_EQ(model.personas(users).rows, written.mean->personas.rows);
  EXPECT_EQ(model.shared().item(2)[0], 77.0F);
}

INSTANTIATE_TEST_SUITE_P(Shapes, StateFile,
                         ::testing::Values(model::Dimensions{2, 16, 16, true}, model::Dimensions{3, 5, 7, false},
                                           model::Dimensions{1, 64, 64, false}));

TEST(ModelFile, TellsWhatTheCheckpointSays) {
  const testing::TemporaryDirectory directory;
  write_state(directory / "x.h5", world(), {"print", "seed = 1\n", kUsers},
              numbered({3, 5, 7, false}, users_of(world().rank(), world().size())));
  const ModelFile model(directory / "x.h5");
  EXPECT_EQ(model.dimensions(), (model::Dimensions{3, 5, 7, false}));
  EXPECT_EQ(model.user_count(), kUsers);
  EXPECT_EQ(model.item_count(), kItems);
  EXPECT_EQ(model.dataset_fingerprint(), "print");
  EXPECT_EQ(model.config(), "seed = 1\n");
  EXPECT_EQ(model.epoch(), 3U);
  EXPECT_EQ(model.shared().biases[4], 4.25F);
}

TEST(ModelFile, OfAnotherFormatIsRefused) {
  const testing::TemporaryDirectory directory;
  world().agree([&] {
    if (world().rank() == 0) {
      storage::commit_file(directory / "x.h5", [](storage::File& file) { file.set_text_attribute("format", "other"); });
    }
  });
  EXPECT_THROW(ModelFile(directory / "x.h5"), RuntimeError);
}

}  // namespace ampcf::checkpoint
