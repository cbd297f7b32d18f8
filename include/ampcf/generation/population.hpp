#pragma once

#include "ampcf/core/types.hpp"
#include "ampcf/generation/catalogue.hpp"
#include "ampcf/generation/options.hpp"

#include <cstdint>
#include <vector>

namespace ampcf::generation {

struct Persona {
  Taste taste;
  double weight;  // the share of the user's interactions that come from it
};

/// The users of a planted dataset. Everything about a user is a pure function of the options and the user's index.
class Population {
 public:
  /// Takes options from resolve(). Throws UsageError where a user could ask for more items than a taste has.
  /// The catalogue must outlive the population.
  Population(const GenerationOptions& options, const Catalogue& catalogue);

  [[nodiscard]] const GenerationOptions& options() const { return options_; }
  [[nodiscard]] const Catalogue& catalogue() const { return catalogue_; }

  /// Number of interactions, held-out items included: 3 + L u^(L / (X - 3) - 1) for a uniform u, rounded up or down at
  /// random so that the mean is X. L = 4 (X - 3) gives the long tail of an exponential distribution without its endless
  /// end; it is cut to the smallest taste, so that no persona ever runs out of items.
  [[nodiscard]] std::uint64_t interaction_count(UserIndex user) const;

  /// Sum of interaction_count over all users.
  [[nodiscard]] std::uint64_t total_interactions() const;

  /// 1..R personas, their number uniform, their tastes distinct and uniform, the weights those of 1/2 + Exp(1) draws:
  /// unequal, none negligible. The heaviest comes first.
  [[nodiscard]] std::vector<Persona> personas(UserIndex user) const;

 private:
  GenerationOptions options_;
  const Catalogue& catalogue_;
  double widest_excess_;  // L
  double power_;          // of u
};

}  // namespace ampcf::generation
