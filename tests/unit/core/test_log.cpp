#include "ampcf/core/error.hpp"
#include "ampcf/core/log.hpp"
#include "support/temporary_directory.hpp"
#include "support/text_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace ampcf {

namespace {

using ::testing::MatchesRegex;

struct LogFile : public ::testing::Test {
  testing::TemporaryDirectory directory;

  [[nodiscard]] LogOptions options(const std::string& level) const { return {level, directory / "log"}; }
  [[nodiscard]] std::string text(const std::string& name = "log") const { return testing::text_of(directory / name); }
};

constexpr const char* kTime = "20[0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]";

}  // namespace

TEST_F(LogFile, LinesCarryTimeLevelAndRank) {
  make_log(0, 4, options("info"))->info("begun");
  make_log(0, 1, options("info"))->warn("alone");
  EXPECT_THAT(text(), MatchesRegex(std::string(kTime) + " info \\[rank 0/4\\] begun\n" + kTime + " warning alone\n"))
      << "and appends";
}

TEST_F(LogFile, OfHigherRanksHasWarningsAloneAndItsOwnName) {
  const auto log = make_log(2, 4, options("info"));
  log->info("nothing new");
  EXPECT_FALSE(std::filesystem::exists(directory / "log.rank2")) << "nothing was said";
  log->warn("slow");
  EXPECT_THAT(text("log.rank2"), MatchesRegex(std::string(kTime) + " warning \\[rank 2/4\\] slow\n"));
  EXPECT_FALSE(std::filesystem::exists(directory / "log"));
}

TEST_F(LogFile, OfLevelDebugHearsEveryRank) {
  const auto log = make_log(2, 4, options("debug"));
  log->debug("here");
  EXPECT_THAT(text("log.rank2"), MatchesRegex(std::string(kTime) + " debug \\[rank 2/4\\] here\n"));
}

TEST_F(LogFile, LeavesOutWhatIsBelowItsLevel) {
  const auto log = make_log(0, 1, options("error"));
  log->info("a");
  log->warn("b");
  log->error("c");
  EXPECT_THAT(text(), MatchesRegex(std::string(kTime) + " error c\n"));
}

TEST_F(LogFile, HasTheErrorThatAProgramEndsWith) {
  record_failure(*make_log(0, 1, options("info")), "the disk is full");
  EXPECT_THAT(text(), MatchesRegex(std::string(kTime) + " error the disk is full\n"));
}

TEST_F(LogFile, ThatIsFullIsSaidOnce) {
  ::testing::internal::CaptureStderr();
  {
    const auto log = make_log(0, 1, {"error", "/dev/full"});
    log->error("a");
    log->error("b");
  }
  const auto said = ::testing::internal::GetCapturedStderr();
  const std::string complaint = "cannot write --log-file /dev/full: No space left on device";
  EXPECT_NE(said.find(complaint), std::string::npos) << said;
  EXPECT_EQ(said.find(complaint), said.rfind(complaint)) << said;
}

TEST_F(LogFile, InADirectoryOfTheProgramsOwnBeginsWhenThatIsInUse) {
  const auto log = make_log(0, 1, {"info", directory / "run" / "log", true});
  log->info("begun");
  std::filesystem::create_directory(directory / "run");
  log->info("made");
  EXPECT_TRUE(std::filesystem::is_empty(directory / "run")) << "a run directory must be empty";
  std::ofstream(directory / "run" / "lock") << "";
  log->info("locked");
  EXPECT_THAT(text("run/log"),
              MatchesRegex(std::string(kTime) + " info begun\n" + kTime + " info made\n" + kTime + " info locked\n"));
}

TEST_F(LogFile, InADirectoryThatIsNeverMadeIsSaid) {
  ::testing::internal::CaptureStderr();
  make_log(0, 1, {"info", directory / "run" / "log", true})->info("begun");
  EXPECT_NE(::testing::internal::GetCapturedStderr().find("its directory was not made"), std::string::npos);
}

TEST_F(LogFile, ThatCannotBeOpenedIsAnError) {
  EXPECT_THROW((void)make_log(0, 1, {"info", directory / "absent" / "log"}), RuntimeError);
}

}  // namespace ampcf
