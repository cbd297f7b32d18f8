#include "ampcf/parallel/fixed_point.hpp"

#include "ampcf/random/philox.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace ampcf::parallel {

namespace {

const model::Dimensions kShape{2, 20, 20, false};

kernels::Floats lanes(random::Draws& draws) {
  kernels::Floats v;
  for (std::size_t lane = 0; lane < kernels::kLanes; ++lane) {
    v.set(lane, static_cast<float>(draws.next_unit() * 2.0 - 1.0));
  }
  return v;
}

ItemGradients table(std::uint64_t item_count) {
  return {kShape.padded_dim(), item_count, 256, 5, ItemScale::of(256, 5, {0.1})};
}

// As a kernel does it, with a value that is not yet scaled.
void add(ItemGradients& gradients, ItemIndex item, std::size_t column, kernels::Floats value) {
  auto* const row = gradients.open_rows(std::array<ItemIndex, 1>{item})[0].components;
  auto rounding = gradients.rounding();
  const auto rounded = rounding(std::array{value * gradients.scale().factor()})[0];
  kernels::store(row + column, kernels::load(row + column) + rounded);
  gradients.keep(rounding);
}

std::vector<Number> packed(const ItemGradients& gradients, std::size_t index) {
  std::vector<Number> row(gradients.packed_size());
  gradients.pack(index, row.data());
  return row;
}

}  // namespace

TEST(ItemScale, NeverOverflowsAtItsMostOccurrences) {
  for (const double share : {1e-6, 0.01, 0.5, 5.0}) {
    for (const std::uint64_t batch : {1U, 256U, 65536U, 1U << 24U}) {
      const auto scale = ItemScale::of(batch, 5, {share});
      const double unit = std::ldexp(1.0, scale.bits);
      EXPECT_LT(static_cast<double>(scale.most_occurrences) * (ItemScale::kClip * unit + 0.5), 2147483648.0);
    }
  }
}

TEST(ItemScale, AllowsWhatABatchCanHoldWhereItIsSmall) { EXPECT_EQ(ItemScale::of(3, 5, {5.0}).most_occurrences, 15U); }

TEST(ItemGradients, SumToWithinHalfAUnitPerContribution) {
  auto gradients = table(100);
  random::Draws draws(1, random::Stream::generation, 0);
  std::vector<double> expected(32);
  for (int i = 0; i < 30; ++i) {
    for (std::size_t column = 0; column < 32; column += kernels::kLanes) {
      const auto value = lanes(draws);
      add(gradients, 42, column, value);
      for (std::size_t lane = 0; lane < kernels::kLanes; ++lane) {
        expected[column + lane] += static_cast<double>(value[lane]);
      }
    }
  }
  ASSERT_EQ(gradients.row_count(), 1U);
  const auto* const row = gradients.row(0);
  for (std::size_t i = 0; i < 32; ++i) {
    EXPECT_NEAR(row[i] * static_cast<double>(gradients.unit()), expected[i],
                15.0 * static_cast<double>(gradients.unit()));
  }
  EXPECT_EQ(gradients.heads()[0].occurrences, 60U);
  EXPECT_EQ(gradients.item_at(0), 42U);
}

TEST(ItemGradients, AreTheSameBitsInAnyOrderAndGrouping) {
  std::vector<kernels::Floats> values;
  values.reserve(50);
  random::Draws draws(2, random::Stream::generation, 0);
  for (int i = 0; i < 50; ++i) {
    values.push_back(lanes(draws));
  }
  auto forward = table(10);
  auto backward = table(10);
  auto half = table(10);
  for (std::size_t i = 0; i < values.size(); ++i) {
    add(forward, 3, 0, values[i]);
    add(i < 20 ? backward : half, 3, 0, values[values.size() - 1 - i]);
  }
  backward.add(half.heads()[0], half.row(0));
  EXPECT_EQ(packed(forward, 0), packed(backward, 0));
}

TEST(ItemGradients, TravelWithAllThatTheyHave) {
  auto here = table(10), there = table(10);
  random::Draws draws(4, random::Stream::generation, 0);
  const std::array<ItemIndex, 1> item{7};
  *here.open_rows(item)[0].bias += 5;
  add(here, 7, 16, lanes(draws));
  const auto row = packed(here, 0);
  there.add_packed(row.data());
  EXPECT_EQ(packed(there, 0), row);
  there.add_packed(row.data());
  EXPECT_EQ(there.heads()[0].occurrences, 4U);
  EXPECT_EQ(there.heads()[0].bias, 10);
  EXPECT_EQ(there.row(0)[16], 2 * here.row(0)[16]);
  there.put_packed(row.data());
  EXPECT_EQ(packed(there, 0), row);
  EXPECT_EQ(there.row_count(), 1U);
}

TEST(ItemGradients, AreListedByItemWhereTheMaskHasTheirs) {
  constexpr std::uint64_t kItems = 300;
  auto gradients = table(kItems);
  for (const ItemIndex item : {299U, 3U, 64U, 130U, 2U, 128U, 67U}) {
    (void)gradients.index_of(item);
  }
  const auto listed = [&](std::span<const std::uint64_t> mask) {
    std::vector<ItemIndex> items;
    gradients.for_each_by_item(mask, [&](std::size_t index) { items.push_back(gradients.item_at(index)); });
    return items;
  };
  constexpr auto kAll = ~std::uint64_t{0};
  EXPECT_EQ(listed(std::array{kAll}), (std::vector<ItemIndex>{2, 3, 64, 67, 128, 130, 299}));
  EXPECT_EQ(listed(std::array{std::uint64_t{1} << 3U, kAll}), (std::vector<ItemIndex>{3, 64, 67}));
  EXPECT_TRUE(gradients.is_dense());
  gradients.clear();
  EXPECT_EQ(listed(std::array{kAll}), std::vector<ItemIndex>());
  EXPECT_FALSE(gradients.is_dense());
}

TEST(Rounding, IsToTheNearestIntegerInVectorsAsInNumbers) {
  Rounding rounding(100.0F);
  for (const float value : {0.0F, 0.4F, 0.5F, 1.5F, 2.5F, -0.5F, -2.4F, -2.6F, 99.9F, 1e9F, -1e9F}) {
    const float nearest = std::nearbyint(std::clamp(value, -100.0F, 100.0F));  // of 0.5 the even one, 0
    EXPECT_EQ(static_cast<float>(rounding(value)), nearest);
    EXPECT_EQ(static_cast<float>(rounding(std::array{kernels::broadcast(1.0F), kernels::broadcast(value)})[1][11]),
              nearest);
  }
}

TEST(Rounding, MakesTheLimitOfWhatIsNoNumber) {
  FixedPointRounding rounding(100.0F);
  EXPECT_EQ(rounding(NAN), 100);
  EXPECT_EQ(rounding(std::array{kernels::broadcast(NAN)})[0][3], 100);
}

TEST(Rounding, KnowsTheLargestOfSeveralVectors) {
  FixedPointRounding rounding(100.0F);
  (void)rounding(std::array{kernels::broadcast(2.0F), kernels::broadcast(-7.0F), kernels::broadcast(3.0F)});
  EXPECT_EQ(rounding.largest(), 7.0F);
  (void)rounding(std::array{kernels::broadcast(120.0F), kernels::broadcast(1.0F)});
  EXPECT_EQ(rounding.largest(), 120.0F);
}

TEST(ItemGradients, ClipWhatIsTooLargeAndKnowTheLargest) {
  auto gradients = table(10);
  add(gradients, 1, 0, kernels::broadcast(-100.0F));
  EXPECT_EQ(static_cast<float>(gradients.row(0)[0]) * gradients.unit(), -ItemScale::kClip);
  gradients.clear();
  EXPECT_EQ(gradients.largest(), 100.0F);
}

TEST(ItemGradients, AreEmptyAfterClear) {
  auto gradients = table(10);
  add(gradients, 1, 0, kernels::broadcast(1.0F));
  gradients.clear();
  EXPECT_EQ(gradients.row_count(), 0U);
  (void)gradients.open_rows(std::array<ItemIndex, 1>{1});
  EXPECT_EQ(gradients.row(0)[0], 0);
}

}  // namespace ampcf::parallel
