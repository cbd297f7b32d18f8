#pragma once

#include <cstddef>

namespace ampcf::kernels {

/// Asks for `size` numbers from `from` on, so that they are in the second-level cache when they are read. A row that
/// lies where its number says is nothing that a processor foresees: its lines would be waited for. (Asked into the
/// first-level cache they come no faster than unasked: fewer can be under way to it.)
template <typename T>
inline void ask_for(const T* from, std::size_t size) {
  constexpr std::size_t kLine = 64 / sizeof(T);
  for (std::size_t i = 0; i < size; i += kLine) {
    __builtin_prefetch(from + i, 0, 2);
  }
}

/// How many rows of `stride` numbers ahead to ask for: while that many numbers are worked on, memory answers.
[[nodiscard]] constexpr std::size_t rows_ahead(std::size_t stride) {
  constexpr std::size_t kNumbers = 1024;
  return stride >= kNumbers ? 1 : (kNumbers + stride - 1) / stride;
}

}  // namespace ampcf::kernels
