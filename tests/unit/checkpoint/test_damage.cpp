#include "ampcf/core/error.hpp"
#include "ampcf/random/philox.hpp"
#include "state_case.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

namespace ampcf::checkpoint::testing {

namespace {

const communication::Communicator& alone() {
  static const auto communicator = communication::Communicator::alone();
  return communicator;
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

// The state in a file, or nothing where reading says that it is damaged. Anything else fails the test.
std::optional<TrainingState> read(const std::filesystem::path& path) {
  TrainingState state({3, 5, 7, false}, {0, kUsers}, kItems, {.shares = true});
  try {
    read_state(path, state);
  } catch (const RuntimeError&) {
    return std::nullopt;
  }
  return state;
}

struct Damage : public ::testing::Test {
  TemporaryDirectory directory;
  TrainingState written = state_of({0, kUsers});
  std::string bytes;

  Damage() {
    write_state(directory / "whole.h5", alone(), kHeader, written);
    bytes = text_of(directory / "whole.h5");
  }
};

// How many damaged files to try; the long form asks for thousands.
std::uint64_t trials() {
  const char* const asked = std::getenv("AMPCF_DAMAGE_TRIALS");
  return asked == nullptr ? 300 : std::strtoull(asked, nullptr, 10);
}

}  // namespace

TEST_F(Damage, OfAnyByteIsFoundOrOfNoConsequence) {
  random::Draws draws(5, random::Stream::generation, 0);
  std::uint64_t found = 0;
  for (std::uint64_t trial = 0; trial < trials(); ++trial) {
    auto damaged = bytes;
    const auto place = draws.next_below(static_cast<std::uint32_t>(bytes.size()));
    damaged[place] = static_cast<char>(damaged[place] ^ (1 + draws.next_below(255)));
    write_text(directory / "damaged.h5", damaged);
    const auto state = read(directory / "damaged.h5");
    EXPECT_TRUE(!state || is_same(*state, written)) << "byte " << place;
    found += state ? 0 : 1;
  }
  EXPECT_GT(found, trials() / 4);
}

TEST_F(Damage, OfABlockThatWasNeverWrittenIsFoundOrOfNoConsequence) {
  constexpr std::size_t kBlock = 512;
  for (std::size_t first = 0; first < bytes.size(); first += kBlock) {
    auto damaged = bytes;
    std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(first), std::min(kBlock, bytes.size() - first), '\0');
    write_text(directory / "damaged.h5", damaged);
    const auto state = read(directory / "damaged.h5");
    EXPECT_TRUE(!state || is_same(*state, written)) << "bytes from " << first;
  }
}

TEST_F(Damage, OfTheEndIsFound) {
  random::Draws draws(6, random::Stream::generation, 0);
  for (std::uint64_t trial = 0; trial < trials() / 4; ++trial) {
    write_text(directory / "damaged.h5", bytes.substr(0, draws.next_below(static_cast<std::uint32_t>(bytes.size()))));
    EXPECT_FALSE(read(directory / "damaged.h5"));
  }
}

// Written by somebody who keeps the form and the checksums.
TEST_F(Damage, OfShapesThatAreNotThoseOfTheRunIsFound) {
  for (const model::Dimensions shape : {model::Dimensions{2, 5, 7, false}, model::Dimensions{3, 4, 7, false},
                                        model::Dimensions{3, 5, 6, false}, model::Dimensions{3, 5, 7, true}}) {
    write_state(directory / "other.h5", alone(), kHeader, TrainingState(shape, {0, kUsers}, kItems));
    EXPECT_FALSE(read(directory / "other.h5"));
  }
  write_state(directory / "other.h5", alone(), kHeader, TrainingState({3, 5, 7, false}, {0, kUsers}, kItems + 1));
  EXPECT_FALSE(read(directory / "other.h5"));
  write_state(directory / "other.h5", alone(), {"fingerprint", "", kUsers - 1},
              TrainingState({3, 5, 7, false}, {0, kUsers - 1}, kItems));
  EXPECT_FALSE(read(directory / "other.h5"));
}

TEST_F(Damage, ByNumbersThatAreNotFiniteIsFoundThoughChecksumsFit) {
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  written.progress.best_hr = nan;
  write_state(directory / "nan.h5", alone(), kHeader, written);
  EXPECT_FALSE(read(directory / "nan.h5"));
}

}  // namespace ampcf::checkpoint::testing
