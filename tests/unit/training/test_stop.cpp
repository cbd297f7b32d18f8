#include "ampcf/training/stop.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <csignal>

namespace ampcf::training {

TEST(Watch, WithoutLimitsWishesNothing) { EXPECT_EQ(Watch(0, 0).wish(), Wish::nothing); }

TEST(Watch, WithTimeLeftWishesNothing) { EXPECT_EQ(Watch(3600, 3600).wish(), Wish::nothing); }

TEST(Watch, AfterASignalWishesToStop) {
  remember_stop_signals();
  for (const int signal : {SIGUSR1, SIGUSR2, SIGTERM, SIGINT}) {
    std::raise(signal);
    EXPECT_EQ(stop_signal(), signal);
    EXPECT_EQ(Watch(0, 0).wish(), Wish::stop_for_signal);
    forget_stop_signal();
  }
}

TEST(Watch, TakesASignalSentTwiceInAnInstantForOne) {
  remember_stop_signals();
  std::raise(SIGUSR1);
  std::raise(SIGUSR1);
  EXPECT_EQ(stop_signal(), SIGUSR1);
  forget_stop_signal();
}

TEST(StopSignalsDeathTest, SentAgainLaterEndTheProcessAtOnce) {
  EXPECT_EXIT(
      {
        remember_stop_signals();
        std::raise(SIGTERM);
        sleep(3);
        std::raise(SIGTERM);
      },
      ::testing::KilledBySignal(SIGTERM), "");
}

TEST(StopSignalsDeathTest, OfASupervisorMayBeRepeated) {
  EXPECT_EXIT(
      {
        remember_stop_signals();
        std::raise(SIGUSR2);
        sleep(3);
        std::raise(SIGUSR2);
        _exit(stop_signal() == SIGUSR2 ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

TEST(Wish, ToStopIsAboveOneForACheckpoint) {
  EXPECT_GT(Wish::stop_for_time, Wish::checkpoint);
  EXPECT_FALSE(is_stop(Wish::checkpoint));
  EXPECT_TRUE(is_stop(Wish::stop_for_time));
}

}  // namespace ampcf::training
