#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <type_traits>
#include <vector>

namespace ampcf::kernels {

/// Allocates on cache lines, so that a row of whole vectors never straddles one more line than it must; or stands for
/// memory that somebody else owns and that a vector shall lie in. Large tables ask for huge pages: of rows that are
/// touched at random, each would otherwise miss the translation buffers too.
template <typename T>
struct CacheLineAllocator {
  using value_type = T;
  using is_always_equal = std::false_type;
  static constexpr std::size_t kHugePage = std::size_t{2} << 20U;

  CacheLineAllocator() = default;
  /// `memory` must outlive what is allocated and have room for it.
  explicit CacheLineAllocator(T* memory) : memory_(memory) {}
  template <typename U>
  CacheLineAllocator(const CacheLineAllocator<U>& other)  // NOLINT: allocators convert
      : memory_(reinterpret_cast<T*>(other.memory_)) {}

  T* allocate(std::size_t count) {
    if (memory_ != nullptr) {
      return memory_;
    }
    void* const memory = ::operator new(count * sizeof(T), alignment_of(count));
    if (is_large(count)) {
      ::madvise(memory, count * sizeof(T), MADV_HUGEPAGE);  // a wish: systems without them refuse it
    }
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) {
    if (memory_ == nullptr) {
      ::operator delete(memory, alignment_of(count));
    }
  }
  [[nodiscard]] static bool is_large(std::size_t count) { return count >= kHugePage / sizeof(T); }
  [[nodiscard]] static std::align_val_t alignment_of(std::size_t count) {
    return std::align_val_t{is_large(count) ? kHugePage : 64};
  }
  // A copy of a vector has memory of its own.
  [[nodiscard]] CacheLineAllocator select_on_container_copy_construction() const { return {}; }
  template <typename U>
  bool operator==(const CacheLineAllocator<U>& other) const {
    return static_cast<const void*>(memory_) == static_cast<const void*>(other.memory_);
  }

  T* memory_ = nullptr;
};

template <typename T>
using AlignedVector = std::vector<T, CacheLineAllocator<T>>;

}  // namespace ampcf::kernels
