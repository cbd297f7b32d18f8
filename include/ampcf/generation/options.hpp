#pragma once

#include "ampcf/config/options.hpp"

#include <cstdint>
#include <filesystem>

namespace ampcf::generation {

inline constexpr std::uint64_t kFewestInteractions = 3;  ///< of a user: one to train on, one to validate, one to test

/// What a planted dataset is a pure function of, beside the paths.
struct GenerationOptions {
  std::uint64_t users = 0;
  std::uint64_t items = 0;
  std::uint64_t personas = 0;        // R: the most of one user
  std::uint64_t tastes = 0;          // T; 0: chosen, see resolve()
  double interactions_per_user = 0;  // X: the mean over users, held-out items included
  double overlap = 0;                // O: probability that an interaction takes an item of a neighbouring taste
  double popularity_exponent = 1;    // E: the item of rank k = 1, 2, ... of a taste has weight k^-E
  std::uint64_t seed = 1;
  std::uint64_t eval_negatives = 99;
  std::filesystem::path output;
  std::filesystem::path raw_output;  // empty: none
};

/// Adds the options of ampcf-generate to a table.
void add_options(config::OptionTable& table, GenerationOptions& options);

/// The options with the number of tastes settled: 5 R where none is given, fewer (not below R + 1) where a taste would
/// have fewer than 4 X items. Throws UsageError where the options do not fit one another.
[[nodiscard]] GenerationOptions resolve(GenerationOptions options);

}  // namespace ampcf::generation
