#include "ampcf/generation/population.hpp"

#include "unit/generation/planted.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace ampcf::generation {

namespace {

using testing::Planted;
using testing::small_options;

struct Moments {
  double mean;
  double deviation;
  std::uint64_t least;
  std::uint64_t most;
};

Moments counts_of(const Planted& planted) {
  const auto users = static_cast<double>(planted.options.users);
  double sum = 0;
  double squares = 0;
  std::uint64_t least = UINT64_MAX;
  std::uint64_t most = 0;
  for (UserIndex user = 0; user < planted.options.users; ++user) {
    const auto count = planted.population.interaction_count(user);
    sum += static_cast<double>(count);
    squares += static_cast<double>(count * count);
    least = std::min(least, count);
    most = std::max(most, count);
  }
  return {sum / users, std::sqrt(squares / users - sum / users * sum / users), least, most};
}

}  // namespace

TEST(Population, CountsVaryAroundTheMeanAskedFor) {
  for (const double mean : {3.25, 20.0, 60.0, 90.0}) {  // the smallest taste has 94 items
    auto options = small_options();
    options.users = 20'000;
    options.interactions_per_user = mean;
    const auto counts = counts_of(Planted(options));
    EXPECT_NEAR(counts.mean, mean, 5.0 * counts.deviation / std::sqrt(20'000.0));
    EXPECT_GE(counts.least, 3U);
    EXPECT_GT(counts.most, counts.least);
    EXPECT_LE(counts.most, 94U);
  }
}

TEST(Population, CountsHaveALongTail) {
  const auto counts = counts_of(Planted(small_options()));
  EXPECT_EQ(counts.least, 3U);
  EXPECT_GT(counts.most, 60U);
  EXPECT_GT(counts.deviation, 17.0);  // 17 above the fewest on average: as wide as an exponential distribution
}

TEST(Population, TheFewestAndTheMostThatFitAreExact) {
  for (const double mean : {3.0, 94.0}) {
    auto options = small_options();
    options.interactions_per_user = mean;
    const auto counts = counts_of(Planted(options));
    EXPECT_EQ(counts.least, mean);
    EXPECT_EQ(counts.most, mean);
  }
}

TEST(Population, UsersHoldOneToAllPersonasEquallyOften) {
  const Planted planted(small_options());
  std::vector<int> found(4);
  for (UserIndex user = 0; user < 2000; ++user) {
    ++found.at(planted.population.personas(user).size());
  }
  EXPECT_EQ(found[0], 0);
  for (int count = 1; count <= 3; ++count) {
    EXPECT_NEAR(found[static_cast<std::size_t>(count)], 2000 / 3.0, 5.0 * std::sqrt(2000 / 3.0 * 2 / 3.0));
  }
}

TEST(Population, PersonasOfAUserHaveDistinctTastesAndFallingWeights) {
  const Planted planted(small_options());
  for (UserIndex user = 0; user < 2000; ++user) {
    const auto personas = planted.population.personas(user);
    std::set<Taste> tastes;
    double sum = 0;
    for (const auto& persona : personas) {
      tastes.insert(persona.taste);
      sum += persona.weight;
      ASSERT_LT(persona.taste, 8U);
      ASSERT_GT(persona.weight, 0.01);
    }
    ASSERT_EQ(tastes.size(), personas.size());
    ASSERT_NEAR(sum, 1.0, 1e-12);
    ASSERT_TRUE(std::is_sorted(personas.begin(), personas.end(),
                               [](const Persona& a, const Persona& b) { return a.weight > b.weight; }));
  }
}

TEST(Population, TastesAreEquallyLikely) {
  const Planted planted(small_options());
  std::vector<double> found(8);
  double all = 0;
  for (UserIndex user = 0; user < 2000; ++user) {
    for (const auto& persona : planted.population.personas(user)) {
      ++found[persona.taste];
      ++all;
    }
  }
  for (const auto count : found) {
    EXPECT_NEAR(count, all / 8, 5.0 * std::sqrt(all / 8));
  }
}

}  // namespace ampcf::generation
