#include "ampcf/model/projected.hpp"

#include <gtest/gtest.h>

namespace ampcf::model {

// The sizes of MovieLens 1M, with four negatives.
Projected choice(std::size_t personas, std::uint64_t batch, std::uint64_t candidates = 5) {
  return cheaper_to_project({personas, 64, 64, false}, 6040, 3600, batch, candidates);
}

TEST(Projected, IsWhatABatchHasClearlyFewerOf) {
  EXPECT_EQ(choice(4, 256), Projected::personas) << "1,000 personas, 1,080 items";
  EXPECT_EQ(choice(8, 256), Projected::items) << "2,000 personas, 1,080 items";
  EXPECT_EQ(choice(4, 4096), Projected::items) << "11,900 personas, 3,590 items";
  EXPECT_EQ(choice(2, 4096), Projected::personas) << "fewer items, but not by what their wider gradients cost";
  EXPECT_EQ(choice(8, 256, 3600), Projected::personas) << "every item of every positive";
}

TEST(Projected, IsNothingOfIdentity) {
  EXPECT_EQ(cheaper_to_project({8, 64, 64, true}, 6040, 3600, 4096, 5), Projected::nothing);
}

}  // namespace ampcf::model
