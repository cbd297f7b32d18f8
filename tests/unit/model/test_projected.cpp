#include "ampcf/model/projected.hpp"

#include <gtest/gtest.h>

namespace ampcf::model {

// The sizes of MovieLens 1M, with four negatives.
Projected choice(std::size_t personas, std::uint64_t batch, std::uint64_t candidates = 5) {
  return cheaper_to_project({personas, 64, 64, false}, 6040, 3600, batch, candidates);
}

TEST(Projected, IsWhatABatchHasClearlyFewerOf) {
  EXPECT_EQ(choice(4, 256), Projected::personas) << "750 contrasts, 1,080 items";
  EXPECT_EQ(choice(8, 256), Projected::items) << "1,750 contrasts, 1,080 items";
  EXPECT_EQ(choice(4, 4096), Projected::items) << "8,920 contrasts, 3,590 items";
  EXPECT_EQ(choice(3, 4096), Projected::personas) << "fewer items, but not by what their wider gradients cost";
  EXPECT_EQ(choice(8, 256, 3600), Projected::personas) << "every item of every positive";
}

TEST(Projected, IsNothingOfOnePersona) { EXPECT_EQ(choice(1, 256), Projected::nothing); }

TEST(Projected, IsNothingOfIdentity) {
  EXPECT_EQ(cheaper_to_project({8, 64, 64, true}, 6040, 3600, 4096, 5), Projected::nothing);
}

}  // namespace ampcf::model
