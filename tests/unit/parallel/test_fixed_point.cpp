#include "ampcf/parallel/fixed_point.hpp"

#include "ampcf/random/philox.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace ampcf::parallel {

namespace {

const model::Dimensions kShape{2, 20, 20, false};

kernels::Floats lanes(random::Draws& draws) {
  kernels::Floats v;
  for (std::size_t lane = 0; lane < kernels::kLanes; ++lane) {
    v[lane] = static_cast<float>(draws.next_unit() * 2.0 - 1.0);
  }
  return v;
}

}  // namespace

TEST(ItemScale, NeverOverflowsAtItsMostOccurrences) {
  for (const double share : {1e-6, 0.01, 0.5, 5.0}) {
    for (const std::uint64_t batch : {1U, 256U, 65536U, 1U << 24U}) {
      const auto scale = ItemScale::of(batch, 5, share);
      const double unit = std::ldexp(1.0, scale.bits);
      EXPECT_LT(static_cast<double>(scale.most_occurrences) * (ItemScale::kClip * unit + 0.5), 2147483648.0);
    }
  }
}

TEST(ItemScale, AllowsWhatABatchCanHoldWhereItIsSmall) { EXPECT_EQ(ItemScale::of(3, 5, 5.0).most_occurrences, 15U); }

TEST(ItemGradients, SumToWithinHalfAUnitPerContribution) {
  ItemGradients gradients(kShape, 100, ItemScale::of(256, 5, 0.1));
  random::Draws draws(1, random::Stream::generation, 0);
  std::vector<double> expected(32);
  for (int i = 0; i < 30; ++i) {
    auto* const row = gradients.row(42);
    for (std::size_t column = 0; column < 32; column += kernels::kLanes) {
      const auto value = lanes(draws);
      gradients.add(row, column, value);
      for (std::size_t lane = 0; lane < kernels::kLanes; ++lane) {
        expected[column + lane] += static_cast<double>(value[lane]);
      }
    }
    gradients.add_bias(row, 0.25F);
  }
  ASSERT_EQ(gradients.row_count(), 1U);
  const auto row = gradients.rows();
  for (std::size_t i = 0; i < 32; ++i) {
    EXPECT_NEAR(row[i] * static_cast<double>(gradients.unit()), expected[i],
                15.0 * static_cast<double>(gradients.unit()));
  }
  EXPECT_NEAR(row[gradients.bias_column()] * static_cast<double>(gradients.unit()), 7.5, 1e-4);
  EXPECT_EQ(row[gradients.occurrences_column()], 30);
  EXPECT_EQ(row[gradients.item_column()], 42);
}

TEST(ItemGradients, AreTheSameBitsInAnyOrderAndGrouping) {
  const auto scale = ItemScale::of(256, 5, 0.1);
  std::vector<kernels::Floats> values;
  random::Draws draws(2, random::Stream::generation, 0);
  for (int i = 0; i < 50; ++i) {
    values.push_back(lanes(draws));
  }
  ItemGradients forward(kShape, 10, scale), backward(kShape, 10, scale), half(kShape, 10, scale);
  for (std::size_t i = 0; i < values.size(); ++i) {
    forward.add(forward.row(3), 0, values[i]);
    auto& into = i < 20 ? backward : half;
    into.add(into.row(3), 0, values[values.size() - 1 - i]);
  }
  backward.add_row(half.rows().data());
  EXPECT_TRUE(std::equal(forward.rows().begin(), forward.rows().end(), backward.rows().begin()));
}

TEST(ItemGradients, ClipAndCountWhatIsTooLarge) {
  ItemGradients gradients(kShape, 10, ItemScale::of(256, 5, 0.1));
  gradients.add(gradients.row(1), 0, kernels::broadcast(-100.0F));
  EXPECT_EQ(static_cast<float>(gradients.rows()[0]) * gradients.unit(), -ItemScale::kClip);
  gradients.clear();
  EXPECT_EQ(gradients.clipped(), 16U);
}

TEST(ItemGradients, AreEmptyAfterClear) {
  ItemGradients gradients(kShape, 10, ItemScale::of(256, 5, 0.1));
  gradients.add(gradients.row(1), 0, kernels::broadcast(1.0F));
  gradients.clear();
  EXPECT_EQ(gradients.row_count(), 0U);
  (void)gradients.row(1);
  EXPECT_EQ(gradients.rows()[0], 0);
}

TEST(FormGradient, IsTheSameBitsInAnyOrder) {
  FormGradient forward(kShape, 64, 5), backward(kShape, 64, 5);
  random::Draws draws(3, random::Stream::generation, 0);
  std::vector<kernels::Floats> partials;
  double exact = 0.0;
  for (int i = 0; i < 64; ++i) {
    partials.push_back(lanes(draws) * std::ldexp(1.0F, static_cast<int>(draws.next_below(20)) - 15));
    exact += static_cast<double>(partials.back()[3]);
  }
  for (std::size_t i = 0; i < partials.size(); ++i) {
    forward.add(7, 16, partials[i]);
    backward.add(7, 16, partials[partials.size() - 1 - i]);
  }
  EXPECT_TRUE(std::equal(forward.sums().begin(), forward.sums().end(), backward.sums().begin()));
  EXPECT_NEAR(forward.sums()[7 * 32 + 19] * static_cast<double>(forward.unit()), exact,
              32 * static_cast<double>(forward.unit()));
}

TEST(FormGradient, HoldsEveryShardsLargestPartialSum) {
  for (const std::uint64_t share : {1U, 3U, 5000U}) {
    FormGradient form(kShape, FormGradient::kMostShards, share);
    for (std::uint64_t shard = 0; shard < FormGradient::kMostShards; ++shard) {
      form.add(0, 0, kernels::broadcast(1e9F));
    }
    EXPECT_NEAR(static_cast<double>(form.sums()[0]) * static_cast<double>(form.unit()),
                static_cast<double>(FormGradient::kMostShards * share) * 8.0, 1.0);
  }
}

}  // namespace ampcf::parallel
