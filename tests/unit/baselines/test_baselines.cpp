#include "ampcf/checkpoint/state.hpp"
#include "ampcf/core/error.hpp"
#include "baseline_case.hpp"
#include "baselines/direc.hpp"
#include "support/error_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf::baselines {

namespace {

using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;

}  // namespace

TEST(Baselines, AnUnknownNameIsAnErrorThatSaysWhereMatrixFactorisationIs) {
  const auto error = error_of(ExitCode::usage, [] { (void)all().find("mf"); });
  EXPECT_THAT(error, HasSubstr("popularity|random|itemknn|ease|ials|aisp|direc"));
  EXPECT_THAT(error, HasSubstr("ampcf-train --personas 1"));
}

TEST(Baselines, OptionsOfAnotherBaselineAreRefused) {
  const auto baselines = all();
  config::OptionTable table("test", "", "");
  baselines.add_options(table);
  table.read_ini("ease-penalty = 3\n", "test.ini");
  EXPECT_NO_THROW(baselines.check(table, "ease"));
  EXPECT_THAT(error_of(ExitCode::usage, [&] { baselines.check(table, "ials"); }), HasSubstr("--ease-penalty"));
  EXPECT_THROW(baselines.check(table, ""), UsageError);
}

TEST(Baselines, EveryOptionBelongsToOne) {
  const auto baselines = all();
  config::OptionTable table("test", "", "");
  baselines.add_options(table);
  const auto help = table.help();
  for (const auto& row : baselines.rows) {
    for (const auto& option : row.options) {
      EXPECT_TRUE(option.starts_with(row.name + "-")) << option;
      EXPECT_THAT(help, HasSubstr("--" + option + " "));
    }
  }
}

TEST(Direc, TheTreeTakesThePriorityMedoidsOfEachLevelInTurn) {
  evaluation::Points points(5, 2);
  // Cosines to the first: 1, .995, 0, -1, 0.6; to the third: -, .1, 1, 0, .8.
  points << 1, 0, 0.995F, 0.0998749F, 0, 1, -1, 0, 0.6F, 0.8F;
  // Root 0. Radius 1: only 3 is farther than 1 from 0. Radius 1/2: 2 is at 1 from both. Radius 1/4: 4 is at .4 and .2:
  // no. Radius 1/8: 4. The second, at .005 from the first, comes last.
  EXPECT_THAT(cover_tree_order(points), ElementsAre(0, 3, 2, 4, 1));
}

TEST(Direc, RepetitionsComeLastByPriority) {
  evaluation::Points points(4, 2);
  points << 1, 0, 1, 0, 0, 1, 1, 0;
  EXPECT_THAT(cover_tree_order(points), ElementsAre(0, 2, 1, 3));
}

TEST(Direc, EveryItemOfALevelIsCoveredByAMedoidOfHigherPriorityAbove) {
  evaluation::Points points = evaluation::Points::Zero(60, 3);
  random::Draws draws(5, random::Stream::generation, 1);
  for (Eigen::Index row = 0; row < 60; ++row) {
    for (Eigen::Index column = 0; column < 3; ++column) {
      points(row, column) = static_cast<float>(draws.next_unit() - 0.5);
    }
    points.row(row).normalize();
  }
  const auto order = cover_tree_order(points);
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t place = 0; place < 60; ++place) {
    EXPECT_EQ(sorted[place], place);
  }
  // Where priority falls back a level ends, and all that follows lies within its radius of what came before: the
  // farthest distance to the nearest earlier medoid never grows from level to level.
  double before = 2.0;
  for (std::size_t end = 1; end < order.size(); ++end) {
    if (order[end] < order[end - 1]) {
      double farthest = 0.0;
      for (auto later = end; later < order.size(); ++later) {
        double nearest = 2.0;
        for (std::size_t earlier = 0; earlier < end; ++earlier) {
          const double cosine = points.row(static_cast<Eigen::Index>(order[later]))
                                    .dot(points.row(static_cast<Eigen::Index>(order[earlier])));
          nearest = std::min(nearest, 1.0 - cosine);
        }
        farthest = std::max(farthest, nearest);
      }
      EXPECT_LE(farthest, before);
      before = farthest;
    }
  }
}

TEST(Direc, NeedsACheckpoint) {
  const testing::TemporaryDirectory directory;
  testing::random_data(20, 30).write(directory / "data.h5");
  testing::BaselineCase one(directory / "data.h5", testing::world());
  EXPECT_THAT(error_of(ExitCode::usage, [&] { (void)make_direc(one.input(), {}); }), HasSubstr("--direc-checkpoint"));
}

TEST(Direc, IsNotMeasuredOnWhatItsModelHasSeen) {
  const testing::TemporaryDirectory directory;
  testing::random_data(20, 30).write(directory / "data.h5");
  testing::BaselineCase one(directory / "data.h5", testing::world());
  const checkpoint::TrainingState state({1, 2, 2, true}, {0, one.data().user_count()}, one.data().item_count());
  const auto model = directory / "refit.h5";
  checkpoint::write_state(model, communication::Communicator::alone(),
                          {one.data().fingerprint(), "refit = true\n", one.data().user_count()}, state);
  auto input = one.input();
  EXPECT_NE(make_direc(input, {.checkpoint = model}), nullptr);
  input.part = dataset::HeldOutPart::validation;
  EXPECT_THAT(error_of(ExitCode::usage, [&] { (void)make_direc(input, {.checkpoint = model}); }),
              HasSubstr("fitted with the validation items"));
}

}  // namespace ampcf::baselines
