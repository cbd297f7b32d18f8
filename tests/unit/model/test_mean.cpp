#include "ampcf/model/mean.hpp"

#include <gtest/gtest.h>

namespace ampcf::model {

namespace {

const Dimensions kShape{2, 3, 3, true};

struct Sample {
  Personas<float> personas{kShape, {0, 1}};
  SharedParameters<float> shared{kShape, 2};

  explicit Sample(float value) {
    personas.of(0)[1] = value;
    shared.item(0)[2] = 2.0F * value;
    shared.biases[0] = -value;
    shared.biases[1] = 3.0F * value;
  }
};

ParameterMean mean_of(const std::vector<float>& samples, std::uint64_t window) {
  ParameterMean mean{{kShape, {0, 1}}, {kShape, 2}};
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Sample sample(samples[i]);
    mean.add(sample.personas, sample.shared, i + 1, window, 0, 2);
  }
  return mean;
}

}  // namespace

TEST(ParameterMean, IsThePlainMeanInsideTheWindow) {
  const auto mean = mean_of({1.0F, 4.0F, 10.0F}, 4);
  EXPECT_FLOAT_EQ(mean.personas.rows[1], 5.0F);
  EXPECT_FLOAT_EQ(mean.shared.item(0)[2], 10.0F);
  EXPECT_FLOAT_EQ(mean.shared.biases[1], 15.0F);
}

TEST(ParameterMean, ForgetsByTheWindowBeyondIt) {
  // (1 + 3) / 2 = 2, then half of the way to 6 and half of the way to 0.
  EXPECT_FLOAT_EQ(mean_of({1.0F, 3.0F, 6.0F, 0.0F}, 2).personas.rows[1], 2.0F);
}

TEST(ParameterMean, OfTheFirstSampleIsTheSample) {
  ParameterMean mean = mean_of({7.0F}, 1);
  const Sample sample(0.1F);
  mean.add(sample.personas, sample.shared, 1, 5, 0, 2);
  EXPECT_EQ(mean.personas.rows, sample.personas.rows);
  EXPECT_EQ(mean.shared.items, sample.shared.items);
  EXPECT_EQ(mean.shared.biases, sample.shared.biases);
}

TEST(ParameterMean, TakesInTheItemsThatItIsTold) {
  ParameterMean mean{{kShape, {0, 1}}, {kShape, 2}};
  const Sample sample(1.0F);
  mean.add(sample.personas, sample.shared, 1, 1, 1, 2);
  EXPECT_EQ(mean.shared.item(0)[2], 0.0F);
  EXPECT_EQ(mean.shared.biases[0], 0.0F);
  EXPECT_EQ(mean.shared.biases[1], 3.0F);
}

}  // namespace ampcf::model
