#include "ampcf/generation/history.hpp"

#include "unit/generation/planted.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace ampcf::generation {

namespace {

using testing::Planted;
using testing::popularity;
using testing::small_options;

std::set<ItemIndex> items_of(const std::vector<Interaction>& history) {
  std::set<ItemIndex> items;
  for (const auto& interaction : history) {
    items.insert(interaction.item);
  }
  return items;
}

// Steps on the ring of tastes from the persona's taste to the item's, counted over all interactions.
std::vector<double> steps_from_own_taste(Planted& planted) {
  const auto tastes = planted.catalogue.item_tastes();
  std::vector<double> steps(planted.options.tastes);
  for (UserIndex user = 0; user < planted.options.users; ++user) {
    const auto personas = planted.population.personas(user);
    for (const auto& interaction : planted.drawer.draw(user)) {
      const auto own = personas.at(interaction.persona).taste;
      ++steps[(static_cast<std::uint64_t>(tastes[interaction.item]) + steps.size() - own) % steps.size()];
    }
  }
  return steps;
}

// 0 where all items are equally popular, towards 1 where few take all.
double gini(std::vector<std::uint64_t> counts) {
  std::sort(counts.begin(), counts.end());
  double weighted = 0;
  double sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    weighted += static_cast<double>((i + 1) * counts[i]);
    sum += static_cast<double>(counts[i]);
  }
  const auto n = static_cast<double>(counts.size());
  return 2.0 * weighted / (n * sum) - (n + 1.0) / n;
}

double gini_for_exponent(double exponent) {
  auto options = small_options();
  options.popularity_exponent = exponent;
  Planted planted(options);
  return gini(popularity(planted));
}

}  // namespace

TEST(History, HoldsAsManyDistinctItemsAsAnnounced) {
  Planted planted(small_options());
  for (UserIndex user = 0; user < 2000; ++user) {
    const auto& history = planted.drawer.draw(user);
    ASSERT_EQ(history.size(), planted.population.interaction_count(user));
    ASSERT_EQ(items_of(history).size(), history.size());
  }
}

TEST(History, DoesNotDependOnUsersDrawnBefore) {
  Planted planted(small_options());
  const auto first = planted.drawer.draw(17);
  (void)planted.drawer.draw(18);
  EXPECT_EQ(planted.drawer.draw(17), first);
  EXPECT_EQ(Planted(small_options()).drawer.draw(17), first);
}

TEST(History, DependsOnTheSeed) {
  auto options = small_options();
  options.seed = 2;
  EXPECT_NE(Planted(options).drawer.draw(17), Planted(small_options()).drawer.draw(17));
}

TEST(History, WithoutOverlapEveryItemIsOfItsPersonasTaste) {
  Planted planted(small_options());
  const auto steps = steps_from_own_taste(planted);
  EXPECT_GT(steps[0], 0);
  EXPECT_EQ(std::count(steps.begin() + 1, steps.end(), 0.0), 7);
}

TEST(History, OverlapIsTheShareOfNeighbouringTastes) {
  for (const double overlap : {0.1, 0.5, 1.0}) {
    auto options = small_options();
    options.overlap = overlap;
    Planted planted(options);
    const auto steps = steps_from_own_taste(planted);
    const auto all = static_cast<double>(planted.population.total_interactions());
    const auto bound = 5.0 * std::sqrt(all / 4);
    EXPECT_NEAR(steps[0], all * (1 - overlap), bound);
    EXPECT_NEAR(steps[1], all * overlap / 2, bound);
    EXPECT_NEAR(steps[7], all * overlap / 2, bound);
    EXPECT_EQ(std::count(steps.begin() + 2, steps.end() - 1, 0.0), 5);
  }
}

TEST(History, PersonasActInProportionToTheirWeights) {
  Planted planted(small_options());
  std::vector<double> found(3);
  std::vector<double> expected(3);
  for (UserIndex user = 0; user < 2000; ++user) {
    const auto personas = planted.population.personas(user);
    const auto& history = planted.drawer.draw(user);
    for (const auto& interaction : history) {
      ++found[interaction.persona];
    }
    for (std::size_t k = 0; k < personas.size(); ++k) {
      expected[k] += personas[k].weight * static_cast<double>(history.size());
    }
  }
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(found[k], expected[k], 5.0 * std::sqrt(expected[k]));
  }
}

TEST(History, TheTailOfPopularityGrowsWithTheExponent) {
  const auto uniform = gini_for_exponent(0);
  const auto mild = gini_for_exponent(0.7);
  const auto strong = gini_for_exponent(1.4);
  EXPECT_LT(uniform, 0.15);
  EXPECT_GT(mild, uniform + 0.1);
  EXPECT_GT(strong, mild + 0.1);
}

TEST(History, WholeTastesCanBeConsumed) {
  auto options = small_options();
  options.users = 50;
  options.items = 160;
  options.interactions_per_user = 15;  // as many as the smallest taste has items
  options.popularity_exponent = 20;    // repeats are nearly certain after the first
  options.overlap = 0.5;
  Planted planted(options);
  for (UserIndex user = 0; user < 50; ++user) {
    ASSERT_EQ(items_of(planted.drawer.draw(user)).size(), 15U);
  }
}

}  // namespace ampcf::generation
