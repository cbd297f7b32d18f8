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

/// Asks for `size` numbers from `from` on, to be written: cores that hold their lines give them up. Asked for to be read,
/// a line that another core holds would come twice, and a store that waits for a line holds up those behind it.
template <typename T>
inline void ask_to_write(const T* from, std::size_t size) {
  constexpr std::size_t kLine = 64 / sizeof(T);
  for (std::size_t i = 0; i < size; i += kLine) {
#ifdef __x86_64__
    // By its name: where it is told nothing of it, GCC asks to read. Processors that do not know it pass over it.
    asm volatile("prefetchw %0" : : "m"(from[i]));
#else
    __builtin_prefetch(from + i, 1);
#endif
  }
}

/// How many rows of `stride` numbers ahead to ask for: while that many numbers are worked on, memory answers.
[[nodiscard]] constexpr std::size_t rows_ahead(std::size_t stride) {
  constexpr std::size_t kNumbers = 1024;
  return stride >= kNumbers ? 1 : (kNumbers + stride - 1) / stride;
}

}  // namespace ampcf::kernels
