#include "ampcf/parallel/form_gradient.hpp"

#include "ampcf/random/philox.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace ampcf::parallel {

namespace {

constexpr std::uint64_t kShards = 64;

// Rows of both factors, with the numbers of the rows at which partial sums begin.
struct Products {
  std::size_t d;
  std::vector<std::size_t> starts{0};
  std::vector<float> a, b;

  Products(std::size_t padded_dim, std::span<const std::size_t> rows) : d(padded_dim) {
    random::Draws draws(3, random::Stream::generation, padded_dim);
    for (const auto count : rows) {
      starts.push_back(starts.back() + count);
    }
    for (auto* const factor : {&a, &b}) {
      for (std::size_t i = 0; i < starts.back() * d; ++i) {
        factor->push_back(static_cast<float>(draws.next_unit() - 0.5) *
                          std::ldexp(1.0F, static_cast<int>(draws.next_below(8)) - 8));
      }
    }
  }

  [[nodiscard]] double exact(std::size_t row, std::size_t column) const {
    double sum = 0.0;
    for (std::size_t n = 0; n < starts.back(); ++n) {
      sum += static_cast<double>(a[n * d + row]) * static_cast<double>(b[n * d + column]);
    }
    return sum;
  }
};

FormGradient form_of(std::size_t d) { return {model::Dimensions{2, d, d, false}, kShards, 5, 1.0F}; }

std::vector<Number> sums_of(Products products) {
  auto form = form_of(products.d);
  form.add_products(products.a.data(), products.b.data(), products.starts);
  return {form.sums().begin(), form.sums().end()};
}

}  // namespace

// Columns that are whole tiles, that are less than one, and that are both.
class FormGradientOfSize : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(, FormGradientOfSize, testing::Values(16, 32, 64, 80, 192));

TEST_P(FormGradientOfSize, IsTheSumOfProductsEachRounded) {
  const auto d = GetParam();
  Products products(d, std::array<std::size_t, 6>{3, 0, 8, 1, 12, 2});
  const auto given = products;
  auto form = form_of(d);
  form.add_products(products.a.data(), products.b.data(), products.starts);
  for (std::size_t row = 0; row < d; ++row) {
    for (std::size_t column = 0; column < d; ++column) {
      // Half a unit for each of 26 products; and 2^-11 for each of their factors, which are below 1/2.
      const double sum = form.sums()[row * d + column] * static_cast<double>(form.unit());
      const double rounding = 26 * 0.5 * static_cast<double>(form.unit());
      ASSERT_NEAR(sum, products.exact(row, column), rounding);
      ASSERT_NEAR(sum, given.exact(row, column), rounding + 26 * 2 * 0x1p-2 * 0x1p-11);
    }
  }
}

TEST_P(FormGradientOfSize, IsTheSameBitsTogetherAndOneByOneInAnyOrder) {
  const auto d = GetParam();
  Products products(d, std::array<std::size_t, 6>{3, 0, 8, 1, 12, 2});
  const auto together = sums_of(products);
  auto backward = form_of(d);
  for (std::size_t i = products.starts.size() - 1; i > 0; --i) {
    backward.add_products(products.a.data(), products.b.data(), std::span(products.starts).subspan(i - 1, 2));
  }
  EXPECT_TRUE(std::ranges::equal(backward.sums(), together));
}

TEST_P(FormGradientOfSize, ClipsWhatIsTooLargeAndNothingElse) {
  const auto d = GetParam();
  Products products(d, std::array<std::size_t, 3>{4, 7, 2});
  const auto fifth = static_cast<std::ptrdiff_t>(5 * d);  // a row of the second partial sum
  std::fill_n(products.b.begin() + fifth, d, 1.0F);
  const auto expected = sums_of(products);
  for (const float magnitude :
       {1e9F, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    products.a[5 * d + 3] = magnitude;
    const auto sums = sums_of(products);
    for (std::size_t i = 0; i < d * d; ++i) {
      if (i / d == 3) {  // 8 for each of five positives, beside the small sums of the others
        ASSERT_NEAR(static_cast<double>(sums[i]) * static_cast<double>(form_of(d).unit()), 40.0, 1.0);
      } else {
        ASSERT_EQ(sums[i], expected[i]);
      }
    }
  }
}

// Where the nearest unit would depend on the sum that a product is added to.
TEST(FormGradient, KnowsNoProductHalfwayBetweenTwoUnits) {
  constexpr std::size_t d = 16;
  const auto sum_of = [](std::span<const float> half_units) {
    auto form = form_of(d);
    std::vector<float> a, b(half_units.size() * d, 0.5F * form.unit());
    for (const float factor : half_units) {
      a.insert(a.end(), d, factor);
    }
    form.add_products(a.data(), b.data(), std::array<std::size_t, 2>{0, half_units.size()});
    return form.sums()[0];
  };
  const std::array<float, 8> half_units{2.0F, 1.0F, 3.0F, -1.0F, 5.0F, 1.0F + 0x1p-11F, -7.0F, 255.0F};
  Number one_by_one = 0;
  for (const float& half_unit : half_units) {
    one_by_one += sum_of({&half_unit, 1});
  }
  EXPECT_EQ(sum_of(half_units), one_by_one);
}

TEST(FormGradient, LeavesPaddingAtZero) {
  constexpr std::size_t d = 16;
  auto form = form_of(d);
  std::vector<float> a(d, 1.0F), b(d, 0.0F);
  b[0] = 1.0F;
  form.add_products(a.data(), b.data(), std::array<std::size_t, 2>{0, 1});
  EXPECT_NE(form.sums()[0], 0);
  EXPECT_EQ(std::ranges::count(form.sums(), 0), static_cast<std::ptrdiff_t>(d * (d - 1)));
}

TEST(FormGradient, HoldsEveryShardsLargestPartialSum) {
  constexpr std::size_t d = 16;
  std::vector<float> ones(d, 1.0F), large(d, 1e9F);
  for (const std::uint64_t share : {1U, 3U, 5000U}) {
    FormGradient form(model::Dimensions{2, d, d, false}, FormGradient::kMostShards, share, 1.0F);
    for (std::uint64_t shard = 0; shard < FormGradient::kMostShards; ++shard) {
      form.add_products(ones.data(), large.data(), std::array<std::size_t, 2>{0, 1});
    }
    EXPECT_NEAR(static_cast<double>(form.sums()[0]) * static_cast<double>(form.unit()),
                static_cast<double>(FormGradient::kMostShards * share) * 8.0, 1.0);
  }
}

}  // namespace ampcf::parallel
