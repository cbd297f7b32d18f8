#pragma once

#include "ampcf/kernels/exponential.hpp"

#include <Random123/philox.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <span>

namespace ampcf::random {

/// What a number is drawn for. A stream's number is part of every result: append, never reorder.
enum class Stream : std::uint32_t {
  initial_personas = 1,
  initial_items = 2,
  initial_projections = 3,
  epoch_order = 4,
  negatives = 5,
  preparation_split = 6,
  preparation_validation = 7,
  preparation_test_candidates = 8,
  preparation_validation_candidates = 9,
  generation = 10,
  taste_projection = 11,
  taste_clusters = 12,
  user_sample = 13,
  random_baseline = 14,
  bootstrap = 15,
  als_factors = 16,
  fold_in = 17,
  sweep_trials = 18,
};

/// Philox' key. The stream goes into it beside the seed, so that streams of one seed never share a counter.
[[nodiscard]] constexpr std::uint64_t key_of(std::uint64_t seed, Stream stream) {
  return seed ^ (static_cast<std::uint64_t>(stream) * 0x9E3779B97F4A7C15ULL);
}

/// 128 random bits as a pure function of (seed, stream, a, b): counter-based, no state, the same on every rank.
/// `a` and `b` say what the number is for: user or item, epoch, draw.
/// Source: Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011 (Philox4x32-10, library Random123).
[[nodiscard]] inline std::array<std::uint32_t, 4> bits(std::uint64_t seed, Stream stream, std::uint64_t a,
                                                       std::uint64_t b = 0) {
  const auto mixed = key_of(seed, stream);
  const r123::Philox4x32::ctr_type counter{{static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(a >> 32U),
                                            static_cast<std::uint32_t>(b), static_cast<std::uint32_t>(b >> 32U)}};
  const r123::Philox4x32::key_type key{{static_cast<std::uint32_t>(mixed), static_cast<std::uint32_t>(mixed >> 32U)}};
  const auto out = r123::Philox4x32{}(counter, key);
  return {out[0], out[1], out[2], out[3]};
}

/// Uniform in [0, 1) from 32 bits.
[[nodiscard]] inline double unit(std::uint32_t word) { return word * 0x1p-32; }

/// Uniform in 0..bound-1 by multiplication; the bias is below bound / 2^32.
[[nodiscard]] inline std::uint32_t below(std::uint32_t word, std::uint32_t bound) {
  return static_cast<std::uint32_t>((static_cast<std::uint64_t>(word) * bound) >> 32U);
}

/// Blocks 0 to `blocks` - 1 of sixteen addresses (seed, stream, a[i], b), each at words[i * 4 * blocks]: what sixteen
/// `Draws` begin with, computed at once.
void first_words(std::uint64_t seed, Stream stream, std::span<const std::uint64_t, 16> a, std::uint32_t b,
                 std::size_t blocks, std::span<std::uint32_t> words);

/// Successive words of one address: draw 0, 1, 2, ... of (seed, stream, a, b), four to a Philox block.
class Draws {
 public:
  /// `first` are the address' first words where they are already known (first_words); they must stay valid.
  Draws(std::uint64_t seed, Stream stream, std::uint64_t a, std::uint32_t b = 0,
        std::span<const std::uint32_t> first = {})
      : seed_(seed),
        stream_(stream),
        a_(a),
        b_(b),
        first_(first),
        block_number_(static_cast<std::uint32_t>(first.size() / 4)) {}

  std::uint32_t next() {
    if (!first_.empty()) {
      const auto word = first_.front();
      first_ = first_.subspan(1);
      return word;
    }
    if (used_ == 4) {
      block_ = bits(seed_, stream_, a_, b_ | (static_cast<std::uint64_t>(block_number_++) << 32U));
      used_ = 0;
    }
    return block_[used_++];
  }

  double next_unit() { return unit(next()); }
  std::uint32_t next_below(std::uint32_t bound) { return below(next(), bound); }

 private:
  std::uint64_t seed_;
  Stream stream_;
  std::uint64_t a_;
  std::uint32_t b_;
  std::span<const std::uint32_t> first_;
  std::uint32_t block_number_;
  std::uint32_t used_ = 4;
  std::array<std::uint32_t, 4> block_{};
};

/// Two independent standard normal numbers (Marsaglia and Bray, SIAM Review 1964).
[[nodiscard]] inline std::array<double, 2> normal_pair(Draws& draws) {
  double x = 0.0;
  double y = 0.0;
  double square = 0.0;
  do {
    x = 2.0 * draws.next_unit() - 1.0;
    y = 2.0 * draws.next_unit() - 1.0;
    square = x * x + y * y;
  } while (square >= 1.0 || square == 0.0);
  const double factor = std::sqrt(-2.0 * kernels::logarithm(square) / square);
  return {x * factor, y * factor};
}

}  // namespace ampcf::random
