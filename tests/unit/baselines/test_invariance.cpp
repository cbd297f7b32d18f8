#include "ampcf/checkpoint/state.hpp"
#include "baseline_case.hpp"
#include "baselines/direc.hpp"

#include <gtest/gtest.h>

namespace ampcf::baselines {

namespace {

using communication::Communicator;
using testing::BaselineCase;
using testing::world;

class BaselinesOnRanks : public ::testing::TestWithParam<std::string> {
 protected:
  // Collective. All users' scores, on rank 0 from all ranks.
  static std::vector<float> together(BaselineCase& many, const std::string& name) {
    const auto source = all().find(name).make(many.input());
    return world().gather(std::span<const float>(many.scores_of(*source)), 0);
  }

  testing::TemporaryDirectory directory_;
};

}  // namespace

TEST_P(BaselinesOnRanks, ScoresAreTheSameBitsOnAnyNumber) {
  testing::random_data(43, 70).write(directory_ / "data.h5");
  BaselineCase many(directory_ / "data.h5", world());
  const auto found = together(many, GetParam());
  if (world().rank() == 0) {
    const auto alone = Communicator::alone();
    BaselineCase one(directory_ / "data.h5", alone);
    const auto source = all().find(GetParam()).make(one.input());
    EXPECT_EQ(found, one.scores_of(*source, 7));
  }
}

TEST_P(BaselinesOnRanks, FewerUsersThanRanksWorks) {
  auto data = testing::random_data(43, 70);
  data.users.resize(2);
  data.write(directory_ / "data.h5");
  BaselineCase many(directory_ / "data.h5", world());
  const auto found = together(many, GetParam());
  EXPECT_EQ(found.size(), world().rank() == 0 ? 2 * 70 : 0);
}

TEST(DirecOnRanks, ListsAreTheSameOnAnyNumber) {
  const testing::TemporaryDirectory directory;
  testing::random_data(43, 70).write(directory / "data.h5");
  BaselineCase many(directory / "data.h5", world());
  world().agree([&] {
    if (world().rank() == 0) {
      checkpoint::TrainingState state({2, 8, 8, true}, {0, 43}, 70);
      model::initialize(state.personas, 0.3, 12);
      model::initialize(state.shared, 0.3, 0.3, 12);
      checkpoint::write_state(directory / "model.h5", Communicator::alone(), {many.data().fingerprint(), "", 43},
                              state);
    }
  });
  const DirecOptions options{directory / "model.h5", 12};
  const auto source = make_direc(many.input(), options);
  const auto found = world().gather(std::span<const float>(many.scores_of(*source)), 0);
  if (world().rank() == 0) {
    const auto alone = Communicator::alone();
    BaselineCase one(directory / "data.h5", alone);
    EXPECT_EQ(found, one.scores_of(*make_direc(one.input(), options), 7));
  }
}

INSTANTIATE_TEST_SUITE_P(Names, BaselinesOnRanks,
                         ::testing::Values("popularity", "random", "itemknn", "ease", "ials", "aisp"));

}  // namespace ampcf::baselines
