#pragma once

#include "ampcf/model/parameters.hpp"

#include <cstdint>

namespace ampcf::benchmarks {

/// A training step, and the distinct users and items that a batch of it touches on average.
struct StepSize {
  model::Dimensions dimensions;
  std::uint64_t batch = 256;
  std::uint64_t negatives = 4;
  double users = 0.0;
  double items = 0.0;
  double state_bytes = 0.0;  // of parameters and moments: what the bandwidth is measured on
};

/// Seconds that a step cannot be faster than on this machine.
struct StepFloor {
  double bare;      // multiply-adds or bytes, whichever takes longer
  double sampling;  // random words
  double gradient;  // multiply-adds, exponentials, logarithms, sums over lanes, rounding
  double adam;      // its arithmetic, or its roots and divisions, whichever takes longer
  double memory;    // rows that are read and written

  /// Pieces of arithmetic follow one another: each needs the result of the one before, and they share the vector units.
  /// What they read can be fetched meanwhile.
  [[nodiscard]] double whole() const;
};

[[nodiscard]] StepFloor floor_of(const StepSize& size);

}  // namespace ampcf::benchmarks
