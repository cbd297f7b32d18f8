#include "ampcf/communication/communicator.hpp"

#include "ampcf/communication/stall_watch.hpp"
#include "support/error_of.hpp"
#include "support/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace ampcf::communication {

namespace {

using ::testing::ElementsAreArray;
using testing::world;

// Rank r holds r numbers, so rank 0 holds none: 1 | 2 3 | 4 5 6 ...
std::vector<std::int64_t> own_numbers() {
  std::vector<std::int64_t> values(static_cast<std::size_t>(world().rank()));
  std::iota(values.begin(), values.end(), world().rank() * (world().rank() - 1) / 2 + 1);
  return values;
}

std::vector<std::int64_t> all_numbers() {
  std::vector<std::int64_t> values(static_cast<std::size_t>(world().size() * (world().size() - 1) / 2));
  std::iota(values.begin(), values.end(), 1);
  return values;
}

std::vector<std::uint64_t> lengths() {
  std::vector<std::uint64_t> values(static_cast<std::size_t>(world().size()));
  std::iota(values.begin(), values.end(), 0U);
  return values;
}

}  // namespace

TEST(Gather, JoinsTheValuesByRankOnTheRootAlone) {
  const int root = world().size() - 1;
  const auto all = world().gather(std::span<const std::int64_t>(own_numbers()), root);
  EXPECT_THAT(all, ElementsAreArray(world().rank() == root ? all_numbers() : std::vector<std::int64_t>()));
}

// A group is made before the first step, where nothing else would tell which rank is late.
TEST(Communicator, TellsItsWatchOfGroupsInTheMaking) {
  if (world().size() == 1) {
    GTEST_SKIP() << "one rank waits for nobody";
  }
  StallWatch watch(1, world().rank(), world().size());
  auto watched = world();
  watched.set_watch(&watch);
  const auto messages_of = [&](auto&& work) {
    world().barrier();
    ::testing::internal::CaptureStderr();
    if (world().rank() == 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2100));
    }
    work();
    return ::testing::internal::GetCapturedStderr();
  };
  const auto of_host = messages_of([&] { (void)watched.of_host(); });
  const auto split = messages_of([&] { (void)watched.split(0); });
  if (world().rank() != 0) {
    EXPECT_THAT(of_host, ::testing::HasSubstr("in MPI_Comm_split_type"));
    EXPECT_THAT(split, ::testing::HasSubstr("in MPI_Comm_split:"));
  }
}

TEST(Scatter, IsTheInverseOfGather) {
  const int root = world().size() - 1;
  const auto all = world().rank() == root ? all_numbers() : std::vector<std::int64_t>();
  const auto own = world().scatter(std::span<const std::int64_t>(all), lengths(), root);
  EXPECT_THAT(own, ElementsAreArray(own_numbers()));
}

TEST(Agree, RaisesTheFirstFailingRanksErrorEverywhere) {
  const int last = world().size() - 1;
  const auto fail_on_the_last = [&] {
    world().agree([&] {
      if (world().rank() == last) {
        throw DataError("rank {} failed", last);
      }
    });
  };
  EXPECT_EQ(testing::error_of(ExitCode::data, fail_on_the_last), fmt::format("rank {} failed", last));
}

}  // namespace ampcf::communication
