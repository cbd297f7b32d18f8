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

FormGradient form_of(std::size_t d) {
  return {model::Dimensions{2, d, d, false}, kShards, 5, 1.0F};
}

std::vector<Number> sums_of(const Products& products) {
  auto form = form_of(products.d);
  form.add_products(products.a.data(), products.b.data(), products.starts);
  return {form.sums().begin(), form.sums().end()};
}

}  // namespace

// Columns that are whole tiles, that are less than one, and that are both.
class FormGradientOfSize : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(, FormGradientOfSize, testing::Values(16, 32, 64, 80, 192));

TEST_P(FormGradientOfSize, IsTheSumOfThePartialSumsEachRounded) {
  const auto d = GetParam();
  const Products products(d, std::array<std::size_t, 6>{3, 0, 8, 1, 12, 2});
  auto form = form_of(d);
  form.add_products(products.a.data(), products.b.data(), products.starts);
  for (std::size_t row = 0; row < d; ++row) {
    for (std::size_t column = 0; column < d; ++column) {
      // Half a unit for each partial sum, and the rounding of floats.
      ASSERT_NEAR(form.sums()[row * d + column] * static_cast<double>(form.unit()), products.exact(row, column),
                  6 * 0.5 * static_cast<double>(form.unit()) + 1e-6);
    }
  }
}

TEST_P(FormGradientOfSize, IsTheSameBitsTogetherAndOneByOneInAnyOrder) {
  const auto d = GetParam();
  const Products products(d, std::array<std::size_t, 6>{3, 0, 8, 1, 12, 2});
  auto backward = form_of(d);
  for (std::size_t i = products.starts.size() - 1; i > 0; --i) {
    backward.add_products(products.a.data(), products.b.data(), std::span(products.starts).subspan(i - 1, 2));
  }
  EXPECT_TRUE(std::ranges::equal(backward.sums(), sums_of(products)));
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
    auto form = form_of(d);
    form.add_products(products.a.data(), products.b.data(), products.starts);
    for (std::size_t i = 0; i < d * d; ++i) {
      if (i / d == 3) {  // 8 for each of five positives, beside the small sums of the others
        ASSERT_NEAR(static_cast<double>(form.sums()[i]) * static_cast<double>(form.unit()), 40.0, 1.0);
      } else {
        ASSERT_EQ(form.sums()[i], expected[i]);
      }
    }
  }
}

TEST(FormGradient, HoldsEveryShardsLargestPartialSum) {
  constexpr std::size_t d = 16;
  const std::vector<float> ones(d, 1.0F), large(d, 1e9F);
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
