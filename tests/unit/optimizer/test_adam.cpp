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

// A row of sixteen equal numbers, all of which have the same gradient.
struct Row {
  explicit Row(float parameter) : parameters(16, parameter) {}

  template <typename Gradient>
  void step(const Adam& adam, double rate, Gradient gradient, float unit = 1.0F, float scale = 1.0F,
            float decay = 0.0F) {
    const std::vector<Gradient> gradients(16, gradient);
    adam.row(updates, rate)
        .apply({parameters.data(), first.data(), second.data()}, gradients.data(), 16, unit, scale, decay);
  }

  std::vector<float> parameters;
  std::vector<float> first = std::vector<float>(16);
  std::vector<float> second = std::vector<float>(16);
  std::uint32_t updates = 0;
};

}  // namespace

TEST(Adam, FollowsThePaperStepByStep) {
  const Adam adam({});
  random::Draws draws(1, random::Stream::generation, 0);
  Row row(0.5F);
  ReferenceAdam reference{0.5};
  for (int step = 0; step < 3000; ++step) {
    const auto gradient = static_cast<float>(draws.next_unit() - 0.3);
    row.step(adam, 0.01, gradient);
    reference.step(gradient, 0.01);
    ASSERT_NEAR(row.parameters[15], reference.parameter, 1e-4 * (1.0 + std::abs(reference.parameter))) << step;
  }
  EXPECT_EQ(row.updates, 3000U);
}

TEST(Adam, MovesARowByTheLearningRateWheneverItIsFirstTouched) {
  const Adam adam({});
  Row often(1.0F), seldom(1.0F);
  for (int step = 0; step < 1000; ++step) {
    often.step(adam, 0.01, 1e-3F);
  }
  seldom.step(adam, 0.01, 1e-3F);
  EXPECT_NEAR(seldom.parameters[0], 0.99F, 1e-6);
}

TEST(Adam, WeighsDecayAgainstTheSumOverTheBatch) {
  // The same examples in a batch twice as large: sums double, means stay, and decay counts half as much.
  const Adam adam({});
  const auto first_moment = [&](float sum, float scale) {
    Row row(2.0F);
    row.step(adam, 0.01, sum, 1.0F, scale, 0.5F);
    return row.first[0] / 0.1F;
  };
  EXPECT_NEAR(first_moment(3.0F, 0.5F), 0.5 * (3.0 + 0.5 * 2.0), 1e-6);
  EXPECT_NEAR(first_moment(6.0F, 0.25F), 0.25 * (6.0 + 0.5 * 2.0), 1e-6);
}

TEST(Adam, MovesByTheLearningRate) {
  const Adam adam({});
  Row row(0.0F);
  row.step(adam, 0.0025, 7, 0.5F);
  EXPECT_NEAR(row.parameters[0], -0.0025, 1e-7);
}

TEST(Adam, LeavesPaddingAtZero) {
  const Adam adam({});
  Row row(0.0F);
  row.step(adam, 0.01, 0.0F, 1.0F, 1.0F, 0.1F);
  EXPECT_EQ(row.parameters, std::vector<float>(16));
}

TEST(Adam, MovesANumberAloneAsInARow) {
  const Adam adam({});
  Row row(0.5F);
  float parameter = 0.5F, first_alone = 0.0F, second_alone = 0.0F;
  std::uint32_t updates_alone = 0;
  for (int step = 0; step < 5; ++step) {
    row.step(adam, 0.01, 3 - step, 0.5F, 0.25F);
    adam.row(updates_alone, 0.01)
        .move(parameter, first_alone, second_alone, static_cast<float>(3 - step) * 0.5F * 0.25F);
  }
  EXPECT_FLOAT_EQ(row.parameters[0], parameter);
  EXPECT_FLOAT_EQ(row.second[0], second_alone);
}

}  // namespace ampcf::optimizer
