#pragma once

#include "ampcf/recommendation/recommender.hpp"
#include "ampcf/training/persona_usage.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace ampcf::recommendation {

struct Page;

/// What becomes of the personas over the whole population.
struct Population {
  std::uint64_t users = 0;  // with a history
  std::size_t personas = 0;
  training::PersonaUsage usage;                   // of all users, by their training items
  std::vector<std::uint64_t> users_by_effective;  // (r), by the effective number: below 1.5, below 2.5, ...
  std::uint64_t sampled_users = 0;                // that the rest was measured on, evenly spaced
  double pairs_alike = 0.0;  // share of the pairs of a user's claiming personas that are duplicates
  std::vector<std::pair<std::string, std::uint64_t>> names;  // of claiming personas, the most frequent first
};

[[nodiscard]] Population measure_population(Recommender& recommender, const dataset::Dataset& data,
                                            const checkpoint::ModelFile& model);

[[nodiscard]] std::string population_as_text(const Population& population, const Page& page);
[[nodiscard]] std::string population_as_json(const Population& population);

}  // namespace ampcf::recommendation
