#pragma once

#include "ampcf/core/log.hpp"
#include "ampcf/generation/options.hpp"

#include <cstdint>
#include <string>

namespace ampcf::generation {

/// What was generated, for people.
struct Summary {
  std::uint64_t users = 0;
  std::uint64_t items = 0;
  std::uint64_t tastes = 0;
  std::uint64_t personas = 0;
  std::uint64_t train_interactions = 0;
  std::string fingerprint;

  [[nodiscard]] std::string text() const;
};

/// Writes the planted dataset, and the raw ratings where asked for; both appear whole or not at all. Memory holds the
/// items, the users' ids and offsets, and one block of users. The files do not depend on `users_per_block` (0: chosen).
/// Throws UsageError where the options do not fit one another, RuntimeError where a file cannot be written.
Summary generate(const GenerationOptions& options, Log& log, std::uint64_t users_per_block = 0);

}  // namespace ampcf::generation
