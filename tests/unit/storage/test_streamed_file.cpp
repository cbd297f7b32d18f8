#include "ampcf/storage/streamed_file.hpp"

#include "ampcf/core/error.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <fstream>
#include <iterator>

namespace ampcf::storage {

namespace {

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST(StreamedFile, HasItsNameAndAllItsPartsOnceItIsFinished) {
  const testing::TemporaryDirectory directory;
  const std::array<float, 2> numbers{1.5F, -2.0F};
  StreamedFile file(directory / "x");
  file.append("head\n");
  file.append_numbers(numbers.data(), numbers.size());
  EXPECT_FALSE(std::filesystem::exists(directory / "x"));
  file.finish();
  const auto bytes = bytes_of(directory / "x");
  ASSERT_EQ(bytes.size(), 5 + sizeof(numbers));
  EXPECT_EQ(bytes.substr(0, 5), "head\n");
  EXPECT_EQ(std::memcmp(bytes.data() + 5, numbers.data(), sizeof(numbers)), 0);
}

TEST(StreamedFile, UnfinishedLeavesWhatWasThereAndNothingElse) {
  const testing::TemporaryDirectory directory;
  std::ofstream(directory / "x") << "before";
  {
    StreamedFile file(directory / "x");
    file.append("half");
  }
  EXPECT_EQ(bytes_of(directory / "x"), "before");
  EXPECT_FALSE(std::filesystem::exists(directory / "x.partial"));
}

TEST(StreamedFile, RefusesAPlaceWhereNothingCanBeWritten) {
  const testing::TemporaryDirectory directory;
  EXPECT_THROW(StreamedFile(directory / "no" / "x"), RuntimeError);
  EXPECT_THROW(StreamedFile{directory.path()}, RuntimeError);
}

}  // namespace ampcf::storage
