#include "ampcf/core/error.hpp"
#include "ampcf/sweep/folder.hpp"
#include "support/temporary_directory.hpp"
#include "sweep/end_mark.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

namespace ampcf::sweep {

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FolderOfASweep : public ::testing::Test {
 protected:
  FolderOfASweep() { folder.make(); }

  testing::TemporaryDirectory directory;
  Folder folder{directory / "sweep"};
  Task task{6, 1};
};

TEST_F(FolderOfASweep, GivesATaskToOneAlone) {
  EXPECT_TRUE(folder.claim(task, 2));
  EXPECT_FALSE(folder.claim(task, 2));
  EXPECT_THAT(folder.claimed(), ElementsAre(task));
  folder.release(task);
  EXPECT_THAT(folder.claimed(), IsEmpty());
  EXPECT_TRUE(folder.claim(task, 2));
}

TEST_F(FolderOfASweep, GivesAwayNoTaskThatHasEnded) {
  folder.record(task, {.fingerprint = "f"});
  EXPECT_FALSE(folder.claim(task, 1));
  EXPECT_THAT(folder.claimed(), IsEmpty());
}

TEST_F(FolderOfASweep, RemembersResults) {
  folder.record(task, {.epochs = 3, .hr = 0.5, .message = {}, .fingerprint = "f"});
  std::ofstream(folder.path() / "results" / "0001-1.partial") << "half";
  Results results;
  folder.read_results(results);
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[task].epochs, 3U);
}

TEST_F(FolderOfASweep, SuspectsARankThatWasNotAskedToEnd) {
  ASSERT_TRUE(folder.claim(task, 2));
  EXPECT_TRUE(folder.is_suspect(task));
  std::ofstream(folder.claim_of(task) / "ended-0");
  EXPECT_TRUE(folder.is_suspect(task));
  std::ofstream(folder.claim_of(task) / "ended-1");
  EXPECT_FALSE(folder.is_suspect(task));
  mark_crash(folder.claim_of(task), 1, "no memory");
  EXPECT_TRUE(folder.is_suspect(task));
}

TEST_F(FolderOfASweep, LearnsOfASignalAndOfAnError) {
  ASSERT_TRUE(folder.claim(task, 1));
  auto* const before = std::signal(SIGTERM, SIG_IGN);
  {
    const EndMark mark(folder.claim_of(task), 0);
    std::raise(SIGTERM);
  }
  std::signal(SIGTERM, before);
  EXPECT_FALSE(folder.is_suspect(task));
  mark_crash(folder.claim_of(task), 0, "no memory\nat all");
  std::string message;
  EXPECT_EQ(folder.note_crash(task, message), 1U);
  EXPECT_EQ(message, "no memory at all");
  EXPECT_EQ(folder.note_crash(task, message), 2U);
}

TEST_F(FolderOfASweep, ForgetsFailuresAlone) {
  folder.record({0, 0}, {.fingerprint = "f"});
  folder.record({1, 0}, {.state = TaskState::failed, .fingerprint = "f"});
  folder.record({2, 0}, {.state = TaskState::set_aside, .fingerprint = "f"});
  folder.forget_failures();
  Results results;
  folder.read_results(results);
  EXPECT_EQ(results.size(), 1U);
}

TEST_F(FolderOfASweep, IsClearedOnlyOfWhatIsASweeps) {
  std::ofstream(folder.sweep_file()) << "x";
  const std::vector<std::string> kept{"mine", "best-notes.txt", "sweep.notes"};
  for (const auto& name : kept) {
    std::ofstream(folder.path() / name) << "x";
  }
  std::ofstream(folder.path() / "sweep.csv.partial") << "x";
  folder.clear();
  EXPECT_FALSE(folder.has_sweep());
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "results"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "sweep.csv.partial"));
  for (const auto& name : kept) {
    EXPECT_TRUE(std::filesystem::exists(folder.path() / name)) << name;
  }
  EXPECT_THROW(folder.require_ours(), UsageError);
}

}  // namespace

}  // namespace ampcf::sweep
