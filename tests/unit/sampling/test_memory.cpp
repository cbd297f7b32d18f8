// What sampling needs for a moment: memory_need() of training counts with it.

#include "ampcf/sampling/negatives.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

std::size_t allocated = 0;
std::size_t most_allocated = 0;

void give_back(void* memory) {
  allocated -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t bytes) {
  void* const memory = std::malloc(bytes);
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  allocated += malloc_usable_size(memory);
  most_allocated = std::max(most_allocated, allocated);
  return memory;
}

void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t /*bytes*/) noexcept { give_back(memory); }

namespace ampcf::sampling {

TEST(NegativeSampler, NeedsLittleMoreForAMomentThanItKeeps) {
  constexpr std::size_t kItems = 1'000'000;
  std::vector<std::uint64_t> counts(kItems);
  for (std::size_t item = 0; item < kItems; ++item) {
    counts[item] = 1 + 1000 / (1 + item % 100);  // most are rare
  }
  const auto before = allocated;
  most_allocated = allocated;
  const NegativeSampler sampler({.count = 4}, counts, 1);
  EXPECT_LE(allocated - before, kItems * 16 + 100'000);
  EXPECT_LE(most_allocated - before, kItems * (16 + 12) + 100'000);
}

}  // namespace ampcf::sampling
