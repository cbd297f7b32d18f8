#include "support/world.hpp"
#include "sweep/host_room.hpp"

#include <gtest/gtest.h>

namespace ampcf::sweep {

namespace {

using testing::world;

// Groups of one rank each, on one host, take turns: `work` runs on one rank after the other.
template <typename F>
void in_turns(F&& work) {
  for (int rank = 0; rank < world().size(); ++rank) {
    if (world().rank() == rank) {
      work();
    }
    world().barrier();
  }
}

TEST(HostRoom, IsTakenByNoMoreGroupsThanItHasRoomFor) {
  HostRoom room(world(), 100);
  const auto alone = communication::Communicator::alone();
  std::optional<HostRoom::Hold> hold;
  in_turns([&] { hold = room.take(alone, 40); });
  EXPECT_EQ(hold.has_value(), world().rank() < 2);
  world().barrier();
  if (world().rank() == 0) {
    hold.reset();
  }
  world().barrier();
  if (world().rank() == world().size() - 1) {
    auto second = room.take(alone, 60);
    EXPECT_TRUE(second.has_value()) << "the first has given back what it had";
    EXPECT_EQ(room.take(alone, 1).has_value(), world().size() == 1) << "others have the rest";
    second.reset();
    EXPECT_TRUE(room.take(alone, 60).has_value());
  }
  world().barrier();
}

TEST(HostRoom, IsTakenByAWholeGroupOrByNobody) {
  HostRoom room(world(), 100);
  const auto last = world().size() - 1;
  const auto wanted = static_cast<std::uint64_t>(world().rank() == last ? 101 - world().size() : 1);
  auto all = room.take(world(), wanted);
  EXPECT_TRUE(all.has_value()) << "of " << world().size() << " ranks";
  EXPECT_FALSE(room.take(world(), world().rank() == 0 ? 1 : 0).has_value());
  all.reset();
  world().barrier();
  EXPECT_TRUE(room.take(world(), world().rank() == last ? 100 : 0).has_value()) << "the refused took nothing";
}

TEST(HostRoom, IsNotWaitedForByWhatAHostDoesNotHave) {
  HostRoom room(world(), 100);
  const auto hold = room.take(world(), world().rank() == 0 ? 101 : 0);
  EXPECT_TRUE(hold.has_value()) << "who allocates refuses it";
  world().barrier();
  EXPECT_TRUE(room.take(world(), world().rank() == 0 ? 100 : 0).has_value());
}

}  // namespace

}  // namespace ampcf::sweep
