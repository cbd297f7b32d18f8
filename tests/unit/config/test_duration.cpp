#include "ampcf/core/error.hpp"
#include "config/text.hpp"

#include <gtest/gtest.h>

namespace ampcf::config {

TEST(Duration, IsReadInEveryForm) {
  EXPECT_EQ(parse_duration("90"), 90U);
  EXPECT_EQ(parse_duration("90s"), 90U);
  EXPECT_EQ(parse_duration("10m"), 600U);
  EXPECT_EQ(parse_duration("1h30m"), 5400U);
  EXPECT_EQ(parse_duration("2h"), 7200U);
  EXPECT_EQ(parse_duration("1h5s"), 3605U);
  EXPECT_EQ(parse_duration("01:30:00"), 5400U);
  EXPECT_EQ(parse_duration("0"), 0U);
}

TEST(Duration, ThatIsNoneIsRefused) {
  for (const auto* text : {"", "h", "-1", "1.5h", "30m1h", "1:30", "01:60:00", "10 m", "99999999999999999999", "ten"}) {
    EXPECT_THROW(static_cast<void>(parse_duration(text)), UsageError) << text;
  }
}

TEST(Duration, ReadsWhatItWrites) {
  for (const std::uint64_t seconds : {0U, 1U, 60U, 61U, 3600U, 3601U, 5400U, 86399U, 1000000U}) {
    EXPECT_EQ(parse_duration(describe_duration(seconds)), seconds);
  }
}

}  // namespace ampcf::config
