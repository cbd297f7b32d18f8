#include "ampcf/core/error.hpp"
#include "ampcf/sweep/plan.hpp"
#include "support/error_of.hpp"
#include "sweep/display.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace ampcf::sweep {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Share kAll;

Plan plan_of(const Method& method, const std::string& text, const std::string& base = "epochs = 9\n") {
  return {method, SweepFile::parse("[sweep]\n" + text, "s.ini").axes, base, "s.ini"};
}

std::string complaint(const Method& method, const std::string& text, const std::string& base = "epochs = 9\n") {
  return testing::error_of<UsageError>([&] { static_cast<void>(plan_of(method, text, base)); });
}

Result scored(double score) {
  Result result;
  result.hr = score;
  return result;
}

Result failed() {
  Result result;
  result.state = TaskState::failed;
  return result;
}

std::vector<std::string> names(const std::vector<Task>& tasks) {
  std::vector<std::string> all;
  for (const auto& task : tasks) {
    all.push_back(task.name());
  }
  return all;
}

TEST(Grid, HasEveryCombinationTheLastAxisTurningFastest) {
  const auto plan = plan_of({}, "personas = 1, 2\ndim = 16, 32, 48\n");
  ASSERT_EQ(plan.trial_count(), 6U);
  EXPECT_EQ(plan.describe(0), "personas = 1, dim = 16");
  EXPECT_EQ(plan.describe(1), "personas = 1, dim = 32");
  EXPECT_EQ(plan.describe(5), "personas = 2, dim = 48");
}

TEST(Ranking, SaysHowManyItDoesNotShow) {
  const auto plan = plan_of({}, "personas = 1, 2, 3, 4\n");
  Results results;
  for (std::uint64_t trial = 0; trial < 3; ++trial) {
    results[{trial, 0}] = scored(0.1 * static_cast<double>(trial));
  }
  results[{3, 0}] = failed();
  EXPECT_THAT(ranking(plan, results, 2),
              HasSubstr("   2     2 0.1000  0.0000      0  personas = 2\n1 more in sweep.csv"));
  EXPECT_THAT(ranking(plan, results, 3), ::testing::Not(HasSubstr("more in")));
}

TEST(RandomTrials, AreDifferentAndDoNotChangeWhenMoreAreDrawn) {
  const std::string axes = "personas = 1, 2, 3\nlearning-rate = log 1e-4 .. 1e-2\n";
  const auto few = plan_of({.name = "random", .trials = 20}, axes);
  const auto many = plan_of({.name = "random", .trials = 60}, axes);
  std::set<std::vector<std::string>> distinct;
  for (std::uint64_t trial = 0; trial < 60; ++trial) {
    distinct.insert(many.values_of(trial));
    if (trial < 20) {
      EXPECT_EQ(few.values_of(trial), many.values_of(trial));
    }
  }
  EXPECT_EQ(distinct.size(), 60U);
}

TEST(RandomTrials, OfASeedDifferFromThoseOfAnother) {
  const std::string axes = "learning-rate = log 1e-4 .. 1e-2\n";
  EXPECT_NE(plan_of({.name = "random", .trials = 1}, axes, "seed = 1\n").values_of(0),
            plan_of({.name = "random", .trials = 1}, axes, "seed = 2\n").values_of(0));
}

TEST(RandomTrials, SpreadEvenlyOverTheLogarithm) {
  const auto plan = plan_of({.name = "random", .trials = 2000}, "learning-rate = log 1e-4 .. 1e-2\n");
  int below = 0;
  for (std::uint64_t trial = 0; trial < 2000; ++trial) {
    below += std::stod(plan.values_of(trial)[0]) < 1e-3 ? 1 : 0;
  }
  EXPECT_NEAR(below, 1000, 5 * std::sqrt(2000 * 0.25));
}

TEST(RandomTrials, CanExhaustTheirCombinations) {
  const auto plan = plan_of({.name = "random", .trials = 6}, "personas = 1, 2\ndim = 16, 32, 48\n");
  std::set<std::vector<std::string>> distinct;
  for (std::uint64_t trial = 0; trial < 6; ++trial) {
    distinct.insert(plan.values_of(trial));
  }
  EXPECT_EQ(distinct.size(), 6U);
}

TEST(Plan, RefusesWhatDoesNotFitTogether) {
  EXPECT_THAT(complaint({}, "alpha = uniform 0 .. 1\n"), HasSubstr("s.ini:2: alpha: a grid needs single values"));
  EXPECT_THAT(complaint({.trials = 3}, "dim = 16, 32\n"), HasSubstr("--trials 3 with --method grid"));
  EXPECT_THAT(complaint({.name = "random"}, "dim = 16, 32\n"), HasSubstr("without --trials"));
  EXPECT_THAT(complaint({.name = "random", .trials = 3}, "dim = 16, 32\n"), HasSubstr("s.ini: the axes have 2"));
  EXPECT_THAT(complaint({.name = "random", .trials = 9}, "dim = uniform 16 .. 20\n"), HasSubstr("hardly more than 5"));
  EXPECT_THAT(complaint({}, "dim = 16, 32\n", "refit = true\n"), HasSubstr("--refit in a sweep"));
  EXPECT_THAT(complaint({.name = "halving", .trials = 9}, "dim = 1 .. 9 step 1\n", "epochs = 8\n"),
              HasSubstr("epochs = 8 are too few for 3 rungs: expected 9 or more"));
  EXPECT_THAT(complaint({.name = "halving", .trials = 2}, "epochs = 9, 18\n"), HasSubstr("s.ini:2: epochs"));
  EXPECT_THAT(complaint({}, "attention = learned, identity\n", "dim = 32\nattention-dim = 16\n"),
              HasSubstr("s.ini: trial 2 (attention = identity): --attention-dim 16 with --attention identity"));
}

TEST(Plan, LetsAttentionFollowTheDimensionWhereItsOwnIsNotGiven) {
  const auto plan = plan_of({}, "dim = 16, 32\n", "attention = identity\n");
  EXPECT_EQ(plan.options_of(1).dimensions.attention_dim, 32U);
}

// Nine trials, eta 3: 9 with 1 epoch, 3 with 3, 1 with 9.
TEST(Halving, GoesOnWithTheBestThirdOfEveryRung) {
  const auto plan = plan_of({.name = "halving", .trials = 9}, "dim = 1 .. 9 step 1\n");
  EXPECT_EQ(plan.epochs_of(0), 1U);
  EXPECT_EQ(plan.epochs_of(1), 3U);
  EXPECT_EQ(plan.epochs_of(2), std::nullopt);
  Results results;
  EXPECT_EQ(plan.open_tasks(results, kAll).size(), 9U);
  for (std::uint64_t trial = 0; trial < 8; ++trial) {
    results[{trial, 0}] = scored(0.1 * static_cast<double>(trial % 5));  // 4 has .4; 3 and 8 have .3
  }
  EXPECT_THAT(names(plan.open_tasks(results, kAll)), ElementsAre("0009-1"));
  results[{8, 0}] = scored(0.1 * 3);
  EXPECT_THAT(names(plan.open_tasks(results, kAll)), ElementsAre("0005-2", "0004-2", "0009-2"));
  EXPECT_FALSE(plan.is_open(2, results));
  EXPECT_TRUE(plan.is_open(8, results));
  results[{3, 1}] = scored(0.5);
  results[{4, 1}] = failed();
  results[{8, 1}] = scored(0.6);
  EXPECT_THAT(names(plan.open_tasks(results, kAll)), ElementsAre("0009-3"));
  results[{8, 2}] = scored(0.7);
  EXPECT_TRUE(plan.is_complete(results, kAll));
  EXPECT_FALSE(plan.is_open(8, results));
}

TEST(Halving, OfEqualsGoesOnWithTheLowerNumber) {
  const auto plan =
      plan_of({.name = "halving", .trials = 4, .eta = 2, .rungs = 2, .bracket = 4}, "dim = 1 .. 4 step 1\n");
  Results results;
  for (std::uint64_t trial = 0; trial < 4; ++trial) {
    results[{trial, 0}] = scored(0.5);
  }
  EXPECT_THAT(names(plan.open_tasks(results, kAll)), ElementsAre("0001-2", "0002-2"));
}

TEST(Halving, WhoseMembersAllFailIsOver) {
  const auto plan = plan_of({.name = "halving", .trials = 3, .rungs = 2}, "dim = 1 .. 3 step 1\n");
  Results results;
  for (std::uint64_t trial = 0; trial < 3; ++trial) {
    results[{trial, 0}] = failed();
  }
  EXPECT_TRUE(plan.is_complete(results, kAll));
}

TEST(Halving, StartsTheNextBracketWhileOneWaits) {
  const auto plan = plan_of({.name = "halving", .trials = 5, .eta = 2, .rungs = 2}, "dim = 1 .. 5 step 1\n");
  Results results{{{0, 0}, scored(0.5)}, {{1, 0}, scored(0.6)}};
  EXPECT_THAT(names(plan.open_tasks(results, kAll)), ElementsAre("0002-2", "0003-1", "0004-1", "0005-1"));
}

TEST(Plan, DividesWholeBracketsAmongShares) {
  const auto plan = plan_of({.name = "halving", .trials = 5, .eta = 2, .rungs = 2}, "dim = 1 .. 5 step 1\n");
  EXPECT_THAT(names(plan.open_tasks({}, {0, 2})), ElementsAre("0001-1", "0002-1", "0005-1"));
  EXPECT_THAT(names(plan.open_tasks({}, {1, 2})), ElementsAre("0003-1", "0004-1"));
  EXPECT_THAT(plan.open_tasks({}, {3, 4}), IsEmpty());
}

TEST(Plan, ComesBackFromItsText) {
  const Method method{.name = "halving", .trials = 5, .eta = 2, .rungs = 2};
  const auto plan = plan_of(method, "dim = 1 .. 5 step 1\n");
  const auto file = SweepFile::parse(plan.text(2), "sweep.ini");
  ASSERT_EQ(file.axes.size(), 1U);
  EXPECT_EQ(file.axes[0].values, plan.axes()[0].values);
  EXPECT_THAT(file.options, HasSubstr("epochs = 9\n"));
  EXPECT_THAT(file.options, HasSubstr("method = halving\ntrials = 5\neta = 2\nrungs = 2\nbracket = 2\n"));
}

TEST(Result, ComesBackFromItsText) {
  Result result{.state = TaskState::failed,
                .epochs = 3,
                .best_epoch = 2,
                .hr = 1.0 / 3.0,
                .ndcg = 0.1,
                .seconds = 1.5,
                .rank_seconds = 3.0,
                .message = "a \"b\" # c\nd",
                .fingerprint = "f"};
  const auto back = result_from_text(to_text(result), "r");
  EXPECT_EQ(back.state, TaskState::failed);
  EXPECT_EQ(back.score(), result.score());
  EXPECT_EQ(back.message, result.message);
  EXPECT_EQ(to_text(back), to_text(result));
}

TEST(Result, ThatIsDamagedNamesItsFile) {
  for (const std::string text : {"", "state = done\n", "state = what\n", "epochs = -1\n"}) {
    EXPECT_THAT(testing::error_of<RuntimeError>([&] { static_cast<void>(result_from_text(text, "results/0001-1")); }),
                HasSubstr("results/0001-1"))
        << text;
  }
}

}  // namespace

}  // namespace ampcf::sweep
