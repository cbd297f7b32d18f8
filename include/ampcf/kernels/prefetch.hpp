#pragma once

#include <cstddef>

namespace ampcf::kernels {

/// Asks for the cache line at `at`, so that it is in the second-level cache when it is read. A row that lies where its
/// number says is nothing that a processor foresees: its lines would be waited for.
template <typename T>
inline void ask_for(const T* at) {
  __builtin_prefetch(at, 0, 2);
  asm volatile("");  // GCC takes who does nothing but ask for a function without effect, and leaves out calls of it
}

/// Asks for `size` numbers from `from` on.
template <typename T>
inline void ask_for(const T* from, std::size_t size) {
  constexpr std::size_t kLine = 64 / sizeof(T);
  for (std::size_t i = 0; i < size; i += kLine) {
    ask_for(from + i);
  }
}

/// How many rows of `stride` numbers ahead to ask for: while that many numbers are worked on, memory answers.
[[nodiscard]] constexpr std::size_t rows_ahead(std::size_t stride) {
  constexpr std::size_t kNumbers = 1024;
  return stride >= kNumbers ? 1 : (kNumbers + stride - 1) / stride;
}

}  // namespace ampcf::kernels
