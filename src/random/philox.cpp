#include "ampcf/random/philox.hpp"

#include <bit>

namespace ampcf::random {

namespace {

// As many counters as a register has room for, a word of each.
using Words = kernels::Bits::Part;
using Doubled = std::uint64_t __attribute__((vector_size(sizeof(Words))));  // NOLINT(modernize-use-using)
constexpr std::size_t kCounters = kernels::Bits::kPartLanes;

struct Product {
  Words low, high;
};

template <std::size_t... kLane>
Product interleave(Words even, Words odd, std::index_sequence<kLane...>) {
  return {__builtin_shufflevector(even, odd, (kLane % 2 == 0 ? kLane : kCounters + kLane - 1)...),
          __builtin_shufflevector(even, odd, (kLane % 2 == 0 ? kLane + 1 : kCounters + kLane)...)};
}

// Lanes 0, 2, 4, ... and lanes 1, 3, 5, ... make products of 64 bits each.
Product multiply(std::uint32_t factor, Words x) {
  const auto pairs = std::bit_cast<Doubled>(x);
  const auto even = std::bit_cast<Words>((pairs & 0xFFFFFFFFU) * std::uint64_t{factor});
  const auto odd = std::bit_cast<Words>((pairs >> 32U) * std::uint64_t{factor});
  return interleave(even, odd, std::make_index_sequence<kCounters>());
}

struct Block {
  Words word[4];
};

// Philox4x32-10 of kCounters counters; the constants are the paper's (Salmon et al., SC 2011).
Block philox(Block counter, std::uint32_t key0, std::uint32_t key1) {
  for (int round = 0; round < 10; ++round) {
    const auto first = multiply(0xD2511F53U, counter.word[0]);
    const auto second = multiply(0xCD9E8D57U, counter.word[2]);
    counter = {second.high ^ counter.word[1] ^ key0, second.low, first.high ^ counter.word[3] ^ key1, first.low};
    key0 += 0x9E3779B9U;
    key1 += 0xBB67AE85U;
  }
  return counter;
}

}  // namespace

void first_words(std::uint64_t seed, Stream stream, std::span<const std::uint64_t, 16> a, std::uint32_t b,
                 std::size_t blocks, std::span<std::uint32_t> words) {
  const auto key = key_of(seed, stream);
  for (std::size_t first = 0; first < a.size(); first += kCounters) {
    Block counter{};
    for (std::size_t i = 0; i < kCounters; ++i) {
      counter.word[0][i] = static_cast<std::uint32_t>(a[first + i]);
      counter.word[1][i] = static_cast<std::uint32_t>(a[first + i] >> 32U);
    }
    counter.word[2] = Words{} + b;
    for (std::size_t block = 0; block < blocks; ++block) {
      counter.word[3] = Words{} + static_cast<std::uint32_t>(block);
      const auto out = philox(counter, static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32U));
      for (std::size_t i = 0; i < kCounters; ++i) {
        for (std::size_t word = 0; word < 4; ++word) {
          words[((first + i) * blocks + block) * 4 + word] = out.word[word][i];
        }
      }
    }
  }
}

}  // namespace ampcf::random
