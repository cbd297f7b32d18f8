#include "ampcf/core/error.hpp"
#include "state_case.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <limits>

namespace ampcf::checkpoint::testing {

namespace {

UserRange own_users() { return users_of(world().rank(), world().size()); }

std::string error_of_writing(const std::filesystem::path& path, const TrainingState& state) {
  return error_of([&] { write_state(path, world(), kHeader, state); });
}

}  // namespace

TEST(Commit, ByAnyNumberOfRanksGivesTheSameFile) {
  const TemporaryDirectory directory;
  write_state(directory / "all.h5", world(), kHeader, state_of(own_users()));
  if (world().rank() == 0) {
    write_state(directory / "one.h5", communication::Communicator::alone(), kHeader, state_of({0, kUsers}));
    EXPECT_TRUE(text_of(directory / "all.h5") == text_of(directory / "one.h5"));
  }
}

TEST(Commit, TakesNoMoreRoomThanSaid) {
  const TemporaryDirectory directory;
  for (const std::size_t epochs : {2, 30000}) {  // most of the file are then rows of the log
    auto state = state_of(own_users());
    state.progress.log_rows.resize(epochs, "123,4567,89.0123,0.456789,0.123456,0.789012,0.345678,0.901234");
    write_state(directory / "c.h5", world(), kHeader, state);
    EXPECT_LE(std::filesystem::file_size(directory / "c.h5"),
              state_bytes(state.shared.dimensions, kUsers, kItems, state.parts()) + log_bytes(state.progress));
  }
}

TEST(Commit, OfNumbersThatAreNotFiniteIsRefused) {
  const TemporaryDirectory directory;
  write_state(directory / "c.h5", world(), kHeader, state_of(own_users()));
  auto state = state_of(own_users());
  state.progress.step = 99;
  if (own_users().contains(kUsers - 1)) {
    state.personas.of(kUsers - 1 - own_users().first)[2] = std::numeric_limits<float>::quiet_NaN();
  }
  EXPECT_THAT(error_of_writing(directory / "c.h5", state), ::testing::HasSubstr("/model/personas has nan in row 22"));
  EXPECT_EQ(ModelFile(directory / "c.h5").step(), 41U);
  world().barrier();
  EXPECT_FALSE(std::filesystem::exists(directory / "c.h5.partial"));
}

// A limit on the size of files makes writes fail as a full disk or a quota does, here on the last rank alone.
TEST(Commit, ThatFailsOnOneRankFailsOnAllAndLeavesTheOlderFile) {
  const TemporaryDirectory directory;
  write_state(directory / "c.h5", world(), kHeader, state_of(own_users()));
  auto state = state_of(own_users());
  state.progress.step = 99;
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, SIG_IGN);
  const int writer = world().size() > 2 ? world().size() - 2 : world().size() - 1;  // the last rank with users
  if (world().rank() == writer) {
    const rlimit low{2048, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &low);
  }
  const auto text = error_of_writing(directory / "c.h5", state);
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_NE(text, "");
  EXPECT_EQ(ModelFile(directory / "c.h5").step(), 41U);
  world().barrier();
  EXPECT_FALSE(std::filesystem::exists(directory / "c.h5.partial"));
}

TEST(Commit, IntoADirectoryThatIsMissingIsAnErrorOnAllRanks) {
  const TemporaryDirectory directory;
  EXPECT_NE(error_of_writing(directory / "missing/c.h5", state_of(own_users())), "no error");
}

}  // namespace ampcf::checkpoint::testing
