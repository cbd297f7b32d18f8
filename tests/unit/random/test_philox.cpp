#include "ampcf/random/philox.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace ampcf::random {

// The known answers that the paper's authors publish with their library.
TEST(Philox, GivesItsAuthorsKnownAnswers) {
  const auto seed = key_of(0, Stream::negatives);  // a seed whose key is 0
  EXPECT_EQ(bits(seed, Stream::negatives, 0),
            (std::array<std::uint32_t, 4>{0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8}));
}

TEST(FirstWords, AreWhatDrawsBeginWith) {
  std::array<std::uint64_t, 16> addresses{};
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    addresses[i] = i * 0x123456789ULL;
  }
  std::vector<std::uint32_t> words(16 * 12);
  first_words(99, Stream::negatives, addresses, 7, 3, words);
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    Draws draws(99, Stream::negatives, addresses[i], 7);
    for (std::size_t word = 0; word < 12; ++word) {
      EXPECT_EQ(words[i * 12 + word], draws.next());
    }
  }
}

TEST(Draws, GoOnWhereKnownWordsEnd) {
  Draws plain(3, Stream::generation, 8, 1);
  std::vector<std::uint32_t> expected(10);
  for (auto& word : expected) {
    word = plain.next();
  }
  Draws prepared(3, Stream::generation, 8, 1, std::span(expected).first(4));
  for (const auto word : expected) {
    EXPECT_EQ(prepared.next(), word);
  }
}

TEST(NormalPair, HasTheMomentsOfTheNormalDistribution) {
  Draws draws(5, Stream::generation, 0);
  const int pairs = 50000;
  double mean = 0.0, square = 0.0, fourth = 0.0, product = 0.0;
  for (int i = 0; i < pairs; ++i) {
    const auto [x, y] = normal_pair(draws);
    mean += (x + y) / (2 * pairs);
    square += (x * x + y * y) / (2 * pairs);
    fourth += (x * x * x * x + y * y * y * y) / (2 * pairs);
    product += x * y / pairs;
  }
  EXPECT_NEAR(mean, 0.0, 0.02);
  EXPECT_NEAR(square, 1.0, 0.03);
  EXPECT_NEAR(fourth, 3.0, 0.2);
  EXPECT_NEAR(product, 0.0, 0.02);
}

}  // namespace ampcf::random
