#pragma once

#include <cstddef>

namespace ampcf::benchmarks {

/// What one core of this machine reaches, measured: the ground that floors stand on. Vectors are of sixteen floats.
struct Machine {
  // Seconds of a vector, in the cache and independent of its neighbours:
  double multiply_add;       // from registers
  double root_and_division;  // a square root and a division, which share a unit of their own
  double exponential;        // kernels::exponential
  double logarithm;          // kernels::logarithm
  double rounding;           // parallel::Rounding, to fixed point
  double sums_of_lanes;      // the sums of sixteen vectors' lanes
  double random_words;       // sixteen words of Philox

  [[nodiscard]] double flops() const { return 32.0 / multiply_add; }
};

[[nodiscard]] const Machine& machine();

/// Bytes per second, read and written ones counted, of updating an array of `footprint` bytes in its place, from end to
/// end. (A triad as in STREAM also fetches the lines that it overwrites, which STREAM does not count.)
[[nodiscard]] double update_bytes_per_second(std::size_t footprint);

}  // namespace ampcf::benchmarks
