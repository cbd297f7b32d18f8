#pragma once

#include <cstddef>

namespace ampcf::benchmarks {

/// What one core of this machine reaches, measured: the ground that floors stand on.
struct Machine {
  double flops;  // of fused multiply-adds from registers, per second
  double
      bytes_per_second;  // of a = b + s c over arrays of `footprint` bytes in all, STREAM's count: three arrays moved
};

[[nodiscard]] Machine measure_machine(std::size_t footprint_bytes);

}  // namespace ampcf::benchmarks
