#include "ampcf/generation/catalogue.hpp"

#include "unit/generation/planted.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ampcf::generation {

namespace {

using testing::small_options;

// Pearson's statistic of draws from one taste against k^-E.
double chi_square(const Catalogue& catalogue, Taste taste, double exponent, int draw_count) {
  random::Draws draws(5, random::Stream::generation, 99);
  const auto size = catalogue.taste_size(taste);
  std::vector<double> found(size);
  for (int i = 0; i < draw_count; ++i) {
    ++found.at(catalogue.draw(taste, draws) - catalogue.first_place(taste));
  }
  std::vector<double> expected(size);
  for (std::uint32_t rank = 0; rank < size; ++rank) {
    expected[rank] = std::pow(rank + 1.0, -exponent);
  }
  const auto scale = draw_count / std::accumulate(expected.begin(), expected.end(), 0.0);
  double sum = 0;
  for (std::uint32_t rank = 0; rank < size; ++rank) {
    sum += std::pow(found[rank] - scale * expected[rank], 2) / (scale * expected[rank]);
  }
  return sum;
}

}  // namespace

TEST(Catalogue, GivesEveryItemOnePlace) {
  const Catalogue catalogue(small_options());
  std::vector<ItemIndex> items;
  for (Place place = 0; place < catalogue.item_count(); ++place) {
    items.push_back(catalogue.item_at(place));
  }
  EXPECT_FALSE(std::is_sorted(items.begin(), items.end()));  // an item's number tells neither taste nor popularity
  std::sort(items.begin(), items.end());
  for (ItemIndex item = 0; item < items.size(); ++item) {
    ASSERT_EQ(items[item], item);
  }
}

TEST(Catalogue, TastesDifferMildlyInSize) {
  const Catalogue catalogue(small_options());  // 125 items to a taste on average
  std::uint32_t sum = 0;
  for (Taste taste = 0; taste < catalogue.taste_count(); ++taste) {
    EXPECT_GE(catalogue.taste_size(taste), 93U);
    EXPECT_LE(catalogue.taste_size(taste), 158U);
    sum += catalogue.taste_size(taste);
  }
  EXPECT_EQ(sum, 1000U);
  EXPECT_LT(catalogue.taste_size(0), catalogue.taste_size(7));
}

TEST(Catalogue, OneItemPerTasteIsEnough) {
  auto options = small_options();
  options.items = 8;
  const Catalogue catalogue(options);
  for (Taste taste = 0; taste < catalogue.taste_count(); ++taste) {
    EXPECT_EQ(catalogue.taste_size(taste), 1U);
  }
}

TEST(Catalogue, PopularityInsideATasteFollowsTheExponent) {
  for (const double exponent : {0.0, 0.5, 1.0, 1.5}) {
    auto options = small_options();
    options.popularity_exponent = exponent;
    const Catalogue catalogue(options);
    const double freedom = catalogue.taste_size(3) - 1.0;
    EXPECT_LT(chi_square(catalogue, 3, exponent, 500'000), freedom + 5.0 * std::sqrt(2.0 * freedom)) << exponent;
    EXPECT_GT(chi_square(catalogue, 3, exponent + 0.1, 500'000), freedom + 5.0 * std::sqrt(2.0 * freedom)) << exponent;
  }
}

TEST(Catalogue, TitlesAndTagsTellTasteAndRank) {
  const Catalogue catalogue(small_options());
  const auto item = catalogue.item_at(catalogue.first_place(7) + 11);
  EXPECT_EQ(catalogue.titles()[item], "Item 12 of taste 7");
  EXPECT_EQ(catalogue.tags()[item], "taste-7");
  EXPECT_EQ(catalogue.item_tastes()[item], 7);
}

}  // namespace ampcf::generation
