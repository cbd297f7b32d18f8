#include "ampcf/parallel/total_rows.hpp"

#include "ampcf/random/philox.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace ampcf::parallel {

namespace {

constexpr std::size_t kDim = 16;
constexpr std::size_t kNumbers = kDim + 1;
using Row = std::vector<Number>;

// Numbers below 2^bits in magnitude, 123 occurrences, item 456.
Row random_row(std::uint32_t which, int bits) {
  random::Draws draws(3, random::Stream::generation, which, static_cast<std::uint32_t>(bits));
  Row row(kNumbers + 2);
  for (std::size_t i = 0; i < kNumbers; ++i) {
    row[i] = static_cast<Number>(std::ldexp(2.0 * draws.next_unit() - 1.0, bits));
  }
  row[kNumbers] = 123;
  row[kNumbers + 1] = 456;
  return row;
}

Row rounded(Row row) {
  TotalRows(kDim, true).round(row.data());
  return row;
}

}  // namespace

TEST(TotalRows, ArriveAsTheSenderHasThem) {
  for (const bool is_rounded : {false, true}) {
    const TotalRows totals(kDim, is_rounded);
    for (int bits = 0; bits <= 31; ++bits) {
      auto row = random_row(1, bits);
      Row wire(totals.size());
      totals.pack(row.data(), wire.data());
      Row found(kNumbers + 2);
      totals.unpack(wire.data(), found.data());
      EXPECT_EQ(found, row);
      EXPECT_EQ(found, is_rounded ? rounded(random_row(1, bits)) : random_row(1, bits));
      EXPECT_EQ(totals.item(wire.data()), 456U);
    }
  }
}

TEST(TotalRows, AreRoundedByLessThan16384thOfTheLargestNumber) {
  for (std::uint32_t which = 0; which < 50; ++which) {
    for (const int bits : {14, 15, 16, 20, 31}) {
      const auto row = random_row(which, bits);
      const auto found = rounded(row);
      double largest = 0.0;
      double error = 0.0;
      for (std::size_t i = 0; i < kNumbers; ++i) {
        largest = std::max(largest, std::abs(static_cast<double>(row[i])));
        error = std::max(error, std::abs(static_cast<double>(row[i]) - static_cast<double>(found[i])));
      }
      EXPECT_LE(error, largest / 16384.0);
    }
  }
}

TEST(TotalRows, OfSmallNumbersStayAsTheyAre) { EXPECT_EQ(rounded(random_row(5, 15)), random_row(5, 15)); }

TEST(TotalRows, StayAsTheyAreWhenRoundedAgain) {
  for (std::uint32_t which = 0; which < 50; ++which) {
    const auto once = rounded(random_row(which, 27));
    EXPECT_EQ(rounded(once), once);
  }
}

TEST(TotalRows, HoldTheLargestNumbersThatThereAre) {
  Row row(kNumbers + 2);
  row[0] = std::numeric_limits<std::int32_t>::max();
  row[1] = std::numeric_limits<std::int32_t>::min();
  row[2] = -1;
  const auto found = rounded(row);
  EXPECT_EQ(found[0], 32767 << 16);
  EXPECT_EQ(found[1], std::numeric_limits<std::int32_t>::min());
  EXPECT_EQ(found[2], 0);
}

}  // namespace ampcf::parallel
