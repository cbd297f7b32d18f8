#include "ampcf/storage/file.hpp"

#include "ampcf/core/error.hpp"
#include "support/error_of.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <numeric>

namespace ampcf::storage {

namespace {

using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;

// A file with one of everything.
File sample(const std::filesystem::path& path) {
  auto file = File::create(path);
  file.write<float>("/a/deep/matrix", {3, 2}, std::vector<float>{1, 2, 3, 4, 5, 6});
  file.write<std::uint32_t>("/counts", {4}, std::vector<std::uint32_t>{0, 1, 2, 4294967295U});
  file.write<std::int64_t>("/none", {0}, std::vector<std::int64_t>{});
  file.write_strings("/names", {"Zoë", "", "long enough to set the length"});
  file.set_attribute<std::int32_t>("version", 3);
  file.set_text_attribute("format", "sample");
  file.close();
  return File::open(path);
}

}  // namespace

template <typename T>
class RoundTrip : public ::testing::Test {};
using Numbers = ::testing::Types<std::int32_t, std::uint32_t, std::int64_t, std::uint64_t, float, double>;
TYPED_TEST_SUITE(RoundTrip, Numbers);

TYPED_TEST(RoundTrip, KeepsEveryNumberWithAndWithoutCompression) {
  const testing::TemporaryDirectory directory;
  using Limits = std::numeric_limits<TypeParam>;
  const std::vector<TypeParam> values{Limits::lowest(), Limits::max(), Limits::min(),
                                      TypeParam{0},     TypeParam{1},  TypeParam{42}};
  for (const int deflate : {0, 4}) {
    auto file = File::create(directory / "x.h5");
    file.write<TypeParam>("/values", {3, 2}, values, deflate);
    file.set_attribute<TypeParam>("largest", Limits::max());
    file.close();
    const auto read = File::open(directory / "x.h5");
    EXPECT_EQ(read.read<TypeParam>("/values"), values);
    EXPECT_EQ(read.attribute<TypeParam>("largest"), Limits::max());
  }
}

TEST(StorageFile, ReadsShapesRowsStringsAndAttributes) {
  const testing::TemporaryDirectory directory;
  const auto file = sample(directory / "x.h5");
  EXPECT_THAT(file.shape("/a/deep/matrix"), ElementsAre(3, 2));
  std::vector<float> rows(4);
  file.read_rows("/a/deep/matrix", 1, std::span<float>(rows));
  EXPECT_THAT(rows, ElementsAre(3, 4, 5, 6));
  EXPECT_TRUE(file.read<std::int64_t>("/none").empty());
  EXPECT_THAT(file.read_strings("/names"), ElementsAre("Zoë", "", "long enough to set the length"));
  EXPECT_EQ(file.attribute<std::int32_t>("version"), 3);
  EXPECT_EQ(file.text_attribute("format"), "sample");
  EXPECT_TRUE(file.contains("/a/deep/matrix"));
  EXPECT_FALSE(file.contains("/a/shallow/matrix"));
  EXPECT_TRUE(file.has_attribute("version"));
  EXPECT_FALSE(file.has_attribute("size"));
}

TEST(StorageFile, ReadsManyRowsInBlocksThatFollowEachOther) {
  const testing::TemporaryDirectory directory;
  constexpr std::uint64_t kRows = 100000;
  constexpr std::uint64_t kWidth = 30;  // 12 MB: many blocks, and huge pages where the system has them
  std::vector<std::uint32_t> all(kRows * kWidth);
  std::iota(all.begin(), all.end(), 0U);
  auto written = File::create(directory / "x.h5");
  written.write<std::uint32_t>("/plain", {kRows, kWidth}, all);
  written.write<std::uint32_t>("/deflated", {kRows, kWidth}, all, 1);
  written.close();
  const auto file = File::open(directory / "x.h5");
  for (const std::string dataset : {"/plain", "/deflated"}) {
    std::vector<std::uint32_t> seen;
    const auto rows = file.read_rows<std::uint32_t>(dataset, 1, kRows - 2, [&](std::span<const std::uint32_t> block) {
      EXPECT_EQ(block.size() % kWidth, 0U);
      seen.insert(seen.end(), block.begin(), block.end());
    });
    EXPECT_TRUE(std::equal(rows.begin(), rows.end(), all.begin() + kWidth, all.end() - kWidth)) << dataset;
    EXPECT_EQ(seen, rows) << dataset;
  }
}

TEST(StorageFile, BlocksOfRowsThatAreNotThereAreRefused) {
  const testing::TemporaryDirectory directory;
  const auto file = sample(directory / "x.h5");
  const auto read = [&](std::uint64_t first, std::uint64_t rows) {
    return file.read_rows<float>("/a/deep/matrix", first, rows, [](std::span<const float>) { FAIL(); });
  };
  EXPECT_THAT(error_of<DataError>([&] { (void)read(2, 2); }), HasSubstr("has shape (3, 2), expected rows 2 to 4"));
  EXPECT_THROW((void)read(1, std::numeric_limits<std::uint64_t>::max()), DataError);
  EXPECT_TRUE(read(3, 0).empty());
}

TEST(StorageFile, SaysWhatWasFoundAndWhatWasExpected) {
  const testing::TemporaryDirectory directory;
  const auto path = directory / "x.h5";
  const auto file = sample(path);
  EXPECT_THAT(error_of<DataError>([&] { (void)file.read<float>("/absent"); }), HasSubstr("no dataset /absent"));
  EXPECT_THAT(error_of<DataError>([&] { (void)file.read<double>("/a/deep/matrix"); }),
              HasSubstr("/a/deep/matrix holds float32, expected float64"));
  EXPECT_THAT(error_of<DataError>([&] { file.expect_shape("/counts", {5}); }),
              HasSubstr("has shape (4), expected (5)"));
  EXPECT_THAT(error_of<DataError>([&] { (void)file.read_strings("/counts"); }),
              HasSubstr("holds uint32, expected string"));
  EXPECT_THAT(error_of<DataError>([&] { (void)file.attribute<std::int32_t>("size"); }),
              HasSubstr("no attribute 'size'"));
  std::vector<float> rows(4);
  EXPECT_THAT(error_of<DataError>([&] { file.read_rows("/a/deep/matrix", 2, std::span<float>(rows)); }),
              HasSubstr("expected rows 2 to 4"));
  for (const auto& text : {error_of<DataError>([&] { (void)file.read<float>("/absent"); })}) {
    EXPECT_THAT(text, HasSubstr(path.string()));
  }
}

TEST(StorageFile, OfAnotherKindOrNowhereIsRefused) {
  const testing::TemporaryDirectory directory;
  commit_text(directory / "text", "no HDF5 here");
  EXPECT_THAT(error_of<DataError>([&] { (void)File::open(directory / "text"); }),
              HasSubstr("not a readable HDF5 file"));
  EXPECT_THAT(error_of<DataError>([&] { (void)File::open(directory / "absent"); }), HasSubstr("no such file"));
  EXPECT_THROW((void)File::create(directory / "absent" / "x.h5"), RuntimeError);
}

TEST(StorageFile, CutShortIsADataErrorNotACrash) {
  const testing::TemporaryDirectory directory;
  const auto path = directory / "x.h5";
  {
    auto file = File::create(path);
    file.write<float>("/values", {100000}, std::vector<float>(100000, 1.0F));
    file.close();
  }
  const auto size = std::filesystem::file_size(path);
  for (const auto part : {size / 100, size / 2, size - 1}) {
    std::filesystem::resize_file(path, part);
    EXPECT_THROW((void)File::open(path).read<float>("/values"), DataError) << part;
  }
}

}  // namespace ampcf::storage
