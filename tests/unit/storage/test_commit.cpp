#include "ampcf/core/error.hpp"
#include "ampcf/storage/file.hpp"
#include "support/error_of.hpp"
#include "support/temporary_directory.hpp"
#include "support/text_of.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace ampcf::storage {

TEST(Commit, ReplacesAFileByAWholeOne) {
  const testing::TemporaryDirectory directory;
  commit_text(directory / "a.txt", "old");
  commit_text(directory / "a.txt", "new");
  EXPECT_EQ(testing::text_of(directory / "a.txt"), "new");
}

TEST(Commit, ThatFailsKeepsTheOldFileAndLeavesNothingElse) {
  const testing::TemporaryDirectory directory;
  commit_file(directory / "a.h5", [](File& file) { file.set_attribute<std::int32_t>("n", 1); });
  EXPECT_THROW(commit_file(directory / "a.h5",
                           [](File& file) {
                             file.set_attribute<std::int32_t>("n", 2);
                             throw RuntimeError("in the middle");
                           }),
               RuntimeError);
  EXPECT_EQ(File::open(directory / "a.h5").attribute<std::int32_t>("n"), 1);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory.path()), {}), 1);
}

TEST(Commit, OfWhatAnotherWriterHasLeavesThatAlone) {
  const testing::TemporaryDirectory directory;
  auto other = File::create(directory / "a.h5.partial");
  other.set_attribute<std::int32_t>("n", 1);
  const std::string complaint = "a.h5.partial: another process is writing it";
  const auto refused = [&](const std::function<void()>& work) {
    EXPECT_NE(testing::error_of<RuntimeError>(work).find(complaint), std::string::npos);
  };
  refused([&] { require_writable(directory / "a.h5"); });
  refused([&] { commit_file(directory / "a.h5", [](File&) {}); });
  refused([&] { static_cast<void>(File::create(directory / "a.h5.partial")); });
  other.close();
  EXPECT_EQ(File::open(directory / "a.h5.partial").attribute<std::int32_t>("n"), 1);
  require_writable(directory / "a.h5");
}

// A model was replaced by its metrics.
TEST(Commit, IsRefusedInThePlaceOfAFileOfAnotherFormat) {
  const testing::TemporaryDirectory directory;
  commit_file(directory / "a.h5", [](File& file) { file.set_text_attribute("format", "one"); });
  commit_file(directory / "none.h5", [](File& file) { file.set_attribute<std::int32_t>("n", 1); });
  commit_text(directory / "a.txt", "text");
  EXPECT_NE(testing::error_of<UsageError>([&] {
              require_replaceable(directory / "a.h5", "two");
            }).find("found a file of format one, and one of format two would take its place"),
            std::string::npos);
  require_replaceable(directory / "a.h5", "one");
  require_replaceable(directory / "none.h5", "one");
  require_replaceable(directory / "a.txt", "one");
  require_replaceable(directory / "absent.h5", "one");
}

TEST(Commit, IntoNowhereIsAnError) {
  const testing::TemporaryDirectory directory;
  EXPECT_THROW(commit_text(directory / "absent" / "a.txt", "x"), RuntimeError);
}

}  // namespace ampcf::storage
