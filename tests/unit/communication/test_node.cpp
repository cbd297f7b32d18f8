#include "ampcf/communication/node.hpp"

#include "support/error_of.hpp"
#include "support/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

namespace ampcf::communication {

using ampcf::testing::world;

namespace {

// Whether this process has a file of shared memory open that has both a name and room: what a killed run leaves behind.
bool holds_named_room() {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", ignored)) {
    struct stat status {};
    const bool has_room = stat(entry.path().c_str(), &status) == 0 && status.st_size > 0;  // first: names go, not come
    const auto target = std::filesystem::read_symlink(entry.path(), ignored).string();
    if (has_room && target.starts_with("/dev/shm/ampcf-") && !target.ends_with(" (deleted)")) {
      return true;
    }
  }
  return false;
}

}  // namespace

TEST(Node, HoldsAtMostAsManyRanksAsAsked) {
  const Node whole(world(), 0);
  EXPECT_EQ(whole.ranks().size(), world().size());
  EXPECT_EQ(whole.lanes(), static_cast<std::uint64_t>(world().size()));
  const Node pairs(world(), 2);
  EXPECT_LE(pairs.ranks().size(), 2);
  const Node single(world(), 1);
  EXPECT_EQ(single.ranks().size(), 1);
  EXPECT_EQ(single.lane().size(), world().size());
}

TEST(Node, HasAsManyLanesAsItsSmallestFellowHasRanks) {
  const Node pairs(world(), 2);
  EXPECT_EQ(pairs.lanes(), world().size() == 1 || world().size() % 2 == 1 ? 1U : 2U);
  const auto members = world().sum(static_cast<std::uint64_t>(pairs.has_lane() ? 1 : 0));
  const auto nodes = (static_cast<std::uint64_t>(world().size()) + 1) / 2;
  EXPECT_EQ(members, nodes * pairs.lanes());
  if (pairs.has_lane()) {
    EXPECT_EQ(static_cast<std::uint64_t>(pairs.lane().size()), nodes);
  }
}

TEST(NodeMemory, IsZeroAndSeenByAllRanks) {
  const Node node(world(), 0);
  NodeMemory memory(node.ranks());
  const auto unused = memory.allocate<char>(3);
  const auto numbers = memory.allocate<std::int32_t>(100);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(numbers.data()) % 64, 0U);
  EXPECT_EQ(unused.size(), 3U);
  EXPECT_TRUE(memory.allocate<std::int64_t>(0).empty());
  for (const auto number : numbers) {
    EXPECT_EQ(number, 0);
  }
  node.ranks().barrier();
  numbers[static_cast<std::size_t>(world().rank())] = world().rank() + 1;
  node.ranks().barrier();
  for (int rank = 0; rank < world().size(); ++rank) {
    EXPECT_EQ(numbers[static_cast<std::size_t>(rank)], rank + 1);
  }
}

// As large as tables of items are: it begins on a huge page.
TEST(NodeMemory, IsZeroAndSeenByAllRanksWhereItIsLarge) {
  const Node node(world(), 0);
  NodeMemory memory(node.ranks());
  constexpr std::size_t kNumbers = 5'000'001;
  const auto numbers = memory.allocate<float>(kNumbers);
  EXPECT_TRUE(std::all_of(numbers.begin(), numbers.end(), [](float number) { return number == 0.0F; }));
  node.ranks().barrier();
  const auto ranks = static_cast<std::size_t>(world().size());
  for (auto i = static_cast<std::size_t>(world().rank()); i < kNumbers; i += ranks) {
    numbers[i] = static_cast<float>(i);
  }
  node.ranks().barrier();
  for (std::size_t i = 0; i < kNumbers; ++i) {
    ASSERT_EQ(numbers[i], static_cast<float>(i));
  }
}

// 2^50 bytes.
TEST(NodeMemory, ThatNoHostHasIsRefusedOnAllRanks) {
  const Node node(world(), 0);
  if (node.ranks().size() == 1) {
    GTEST_SKIP() << "needs two ranks: one alone asks the heap";
  }
  NodeMemory memory(node.ranks());
  EXPECT_THAT(ampcf::testing::error_of<RuntimeError>([&] { (void)memory.allocate<char>(std::size_t{1} << 50U); }),
              ::testing::HasSubstr("cannot share"));
  EXPECT_EQ(memory.allocate<float>(10)[9], 0.0F);
}

// Ranks can be killed at any moment.
TEST(NodeMemory, HasNoNameOnceItHasRoom) {
  const Node node(world(), 0);
  NodeMemory memory(node.ranks());
  std::atomic<bool> is_over = false;
  bool is_found = false;
  std::thread watcher([&] {
    while (!is_over) {
      is_found |= holds_named_room();
    }
  });
  const auto numbers = memory.allocate<char>(100'000'000);
  is_over = true;
  watcher.join();
  EXPECT_EQ(numbers.back(), 0);
  EXPECT_FALSE(is_found);
}

TEST(NodeMemory, HoldsVectorsWhoseCopiesAreTheirOwn) {
  const Node node(world(), 0);
  NodeMemory memory(node.ranks());
  kernels::AlignedVector<float> shared(10, memory.allocator<float>(10));
  node.ranks().barrier();
  if (world().rank() == 0) {
    shared[7] = 3.0F;
  }
  node.ranks().barrier();
  auto copy = shared;
  EXPECT_EQ(copy[7], 3.0F);
  copy[7] = static_cast<float>(world().rank()) + 10.0F;
  node.ranks().barrier();
  EXPECT_EQ(shared[7], 3.0F);
}

TEST(NodeBarrier, LetsNobodyPassBeforeTheLast) {
  const Node node(world(), 0);
  NodeMemory memory(node.ranks());
  NodeBarrier barrier(node.ranks(), memory);
  NodeBarrier other(node.ranks(), memory);
  const auto rounds = memory.allocate<std::int32_t>(static_cast<std::size_t>(world().size()));
  for (int round = 1; round <= 500; ++round) {
    rounds[static_cast<std::size_t>(world().rank())] = round;
    barrier.arrive();
    barrier.wait();
    for (const auto of_rank : rounds) {
      ASSERT_EQ(of_rank, round);
    }
    other.arrive();
    other.wait();
  }
}

}  // namespace ampcf::communication
