#include "ampcf/optimizer/adam.hpp"

#include "ampcf/random/philox.hpp"

#include <gtest/gtest.h>

namespace ampcf::optimizer {

namespace {

// Kingma and Ba, algorithm 1, for one number in double.
struct ReferenceAdam {
  double parameter;
  double first = 0.0;
  double second = 0.0;
  int t = 0;

  void step(double gradient, double rate) {
    ++t;
    first = 0.9 * first + 0.1 * gradient;
    second = 0.999 * second + 0.001 * gradient * gradient;
    const double first_hat = first / (1.0 - std::pow(0.9, t));
    const double second_hat = second / (1.0 - std::pow(0.999, t));
    parameter -= rate * first_hat / (std::sqrt(second_hat) + 1e-8);
  }
};

}  // namespace

TEST(Adam, FollowsThePaperStepByStep) {
  const Adam adam({});
  random::Draws draws(1, random::Stream::generation, 0);
  float parameter = 0.5F, first = 0.0F, second = 0.0F;
  std::uint32_t updates = 0;
  ReferenceAdam reference{0.5};
  for (int step = 0; step < 3000; ++step) {
    const auto gradient = static_cast<float>(draws.next_unit() - 0.3);
    adam.row(updates, 0.01).apply(&parameter, &first, &second, &gradient, 1, 1.0F, 1.0F, 0.0F);
    reference.step(gradient, 0.01);
    ASSERT_NEAR(parameter, reference.parameter, 1e-4 * (1.0 + std::abs(reference.parameter))) << step;
  }
  EXPECT_EQ(updates, 3000U);
}

TEST(Adam, MovesARowByTheLearningRateWheneverItIsFirstTouched) {
  const Adam adam({});
  MomentTable table(2, 1);
  std::vector<float> rows{1.0F, 1.0F};
  const float gradient = 1e-3F;
  for (int step = 0; step < 1000; ++step) {
    adam.row(table.updates[0], 0.01).apply(&rows[0], &table.first[0], &table.second[0], &gradient, 1, 1.0F, 1.0F, 0.0F);
  }
  adam.row(table.updates[1], 0.01).apply(&rows[1], &table.first[1], &table.second[1], &gradient, 1, 1.0F, 1.0F, 0.0F);
  EXPECT_NEAR(rows[1], 0.99F, 1e-6);
}

TEST(Adam, WeighsDecayAgainstTheSumOverTheBatch) {
  // The same examples in a batch twice as large: sums double, means stay, and decay counts half as much.
  const Adam adam({});
  const auto first_moment = [&](float sum, float scale) {
    float parameter = 2.0F, first = 0.0F, second = 0.0F;
    std::uint32_t updates = 0;
    adam.row(updates, 0.01).apply(&parameter, &first, &second, &sum, 1, 1.0F, scale, 0.5F);
    return first / 0.1F;
  };
  EXPECT_NEAR(first_moment(3.0F, 0.5F), 0.5 * (3.0 + 0.5 * 2.0), 1e-6);
  EXPECT_NEAR(first_moment(6.0F, 0.25F), 0.25 * (6.0 + 0.5 * 2.0), 1e-6);
}

TEST(Adam, MovesByTheLearningRate) {
  const Adam adam({});
  float parameter = 0.0F, first = 0.0F, second = 0.0F;
  std::uint32_t updates = 0;
  const std::int32_t gradient = 7;
  adam.row(updates, 0.0025).apply(&parameter, &first, &second, &gradient, 1, 0.5F, 1.0F, 0.0F);
  EXPECT_NEAR(parameter, -0.0025, 1e-7);
}

TEST(Adam, LeavesPaddingAtZero) {
  const Adam adam({});
  std::vector<float> parameters(16), first(16), second(16), gradient(16);
  std::uint32_t updates = 0;
  adam.row(updates, 0.01).apply(parameters.data(), first.data(), second.data(), gradient.data(), 16, 1.0F, 1.0F, 0.1F);
  EXPECT_EQ(parameters, std::vector<float>(16));
}

TEST(Adam, MovesANumberAloneAsInARow) {
  const Adam adam({});
  std::vector<float> parameters(16, 0.5F), first(16), second(16);
  float parameter = 0.5F, first_alone = 0.0F, second_alone = 0.0F;
  std::uint32_t updates = 0, updates_alone = 0;
  for (int step = 0; step < 5; ++step) {
    const std::vector<std::int32_t> gradient(16, 3 - step);
    adam.row(updates, 0.01)
        .apply(parameters.data(), first.data(), second.data(), gradient.data(), 16, 0.5F, 0.25F, 0.0F);
    adam.row(updates_alone, 0.01)
        .move(parameter, first_alone, second_alone, static_cast<float>(3 - step) * 0.5F * 0.25F);
  }
  EXPECT_FLOAT_EQ(parameters[0], parameter);
  EXPECT_FLOAT_EQ(second[0], second_alone);
}

}  // namespace ampcf::optimizer
