#include "ampcf/communication/stall_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf::communication {

TEST(StallWatch, SaysWhichCollectiveAndWhere) {
  StallWatch watch(1, 2, 4);
  watch.set_place(3, 17);
  ::testing::internal::CaptureStderr();
  watch.enter("MPI_Allreduce");
  std::this_thread::sleep_for(std::chrono::milliseconds(2100));
  watch.leave();
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              ::testing::MatchesRegex(
                  "\\[rank 2/4 on [^ ]+\\] has waited for 1 s in MPI_Allreduce at step 17 of epoch 3: .*\n"));
}

TEST(StallWatch, IsSilentOutsideCollectives) {
  StallWatch watch(1, 0, 2);
  ::testing::internal::CaptureStderr();
  watch.enter("MPI_Bcast");
  watch.leave();
  std::this_thread::sleep_for(std::chrono::milliseconds(1700));
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace ampcf::communication
