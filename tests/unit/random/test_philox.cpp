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

}  // namespace ampcf::random
