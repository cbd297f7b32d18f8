#include "ampcf/generation/population.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/kernels/exponential.hpp"
#include "generation/streams.hpp"

#include <algorithm>
#include <cmath>

namespace ampcf::generation {

namespace {

constexpr double kWidestExcess = 4;      // of a count above the fewest, in units of its mean
constexpr double kSmallestWeight = 0.5;  // of a persona before normalising, beside a mean of 1.5

std::uint32_t smallest_taste(const Catalogue& catalogue) {
  auto smallest = catalogue.taste_size(0);
  for (Taste taste = 1; taste < catalogue.taste_count(); ++taste) {
    smallest = std::min(smallest, catalogue.taste_size(taste));
  }
  return smallest;
}

bool has_taste(const std::vector<Persona>& personas, Taste taste) {
  return std::any_of(personas.begin(), personas.end(), [&](const Persona& persona) { return persona.taste == taste; });
}

}  // namespace

Population::Population(const GenerationOptions& options, const Catalogue& catalogue)
    : options_(options), catalogue_(catalogue) {
  const auto smallest = smallest_taste(catalogue);
  if (!(options.interactions_per_user <= smallest)) {
    throw UsageError(
        "--interactions-per-user: found {}, expected at most {}, the items of the smallest of {} tastes: ask for fewer "
        "--tastes or more --items",
        options.interactions_per_user, smallest, catalogue.taste_count());
  }
  const auto mean_excess = options.interactions_per_user - static_cast<double>(kFewestInteractions);
  widest_excess_ = std::min(kWidestExcess * mean_excess, smallest - static_cast<double>(kFewestInteractions));
  power_ = mean_excess > 0 ? widest_excess_ / mean_excess - 1.0 : 0.0;
}

std::uint64_t Population::interaction_count(UserIndex user) const {
  auto draws = draws_for(options_.seed, Purpose::interaction_count, user);
  const auto excess = widest_excess_ * kernels::power(draws.next_unit(), power_);
  return kFewestInteractions + static_cast<std::uint64_t>(std::floor(excess + draws.next_unit()));
}

std::uint64_t Population::total_interactions() const {
  std::uint64_t total = 0;
  for (UserIndex user = 0; user < options_.users; ++user) {
    total += interaction_count(user);
  }
  return total;
}

std::vector<Persona> Population::personas(UserIndex user) const {
  auto draws = draws_for(options_.seed, Purpose::personas, user);
  const auto count = 1 + draws.next_below(static_cast<std::uint32_t>(options_.personas));
  std::vector<Persona> personas;
  personas.reserve(count);
  double sum = 0;
  while (personas.size() < count) {
    const Taste taste = draws.next_below(catalogue_.taste_count());
    if (!has_taste(personas, taste)) {
      const auto weight = kSmallestWeight - kernels::logarithm((draws.next() + 0.5) * 0x1p-32);
      personas.push_back({taste, weight});
      sum += weight;
    }
  }
  for (auto& persona : personas) {
    persona.weight /= sum;
  }
  std::sort(personas.begin(), personas.end(), [](const Persona& a, const Persona& b) {
    return a.weight != b.weight ? a.weight > b.weight : a.taste < b.taste;
  });
  return personas;
}

}  // namespace ampcf::generation
