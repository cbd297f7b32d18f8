#include "storage/seal.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/random/philox.hpp"
#include "ampcf/storage/file.hpp"
#include "support/temporary_directory.hpp"
#include "support/text_of.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace ampcf::storage {

namespace {

using testing::text_of;

void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::filesystem::path sample(const testing::TemporaryDirectory& directory) {
  auto path = directory / "x.h5";
  auto file = File::create(path);
  file.write<float>("/rows", {100, 4}, std::vector<float>(400, 1.25F));
  file.write<std::int64_t>("/packed", {3}, std::vector<std::int64_t>{1, 2, 3}, 1);
  file.write_strings("/names", {"a", "bcd"});
  file.set_text_attribute("format", "sample");
  file.close();
  return path;
}

}  // namespace

TEST(Seal, HoldsForAFileAsItWasClosed) {
  const testing::TemporaryDirectory directory;
  EXPECT_TRUE(is_seal_whole(sample(directory)));
}

TEST(Seal, BreaksWithAnyByteThatIsNoRow) {
  const testing::TemporaryDirectory directory;
  const auto path = sample(directory);
  const auto bytes = text_of(path);
  const std::string row(4, '\0');
  for (std::size_t place = 0; place < bytes.size(); ++place) {
    auto changed = bytes;
    changed[place] = static_cast<char>(changed[place] ^ 1);
    write_bytes(path, changed);
    if (is_seal_whole(path)) {
      EXPECT_TRUE(bytes.substr(place & ~std::size_t{3}, 4) == std::string("\0\0\xA0\x3F", 4)) << place;  // 1.25
    }
  }
}

TEST(Seal, BreaksWithTheLengthOfTheFile) {
  const testing::TemporaryDirectory directory;
  const auto path = sample(directory);
  const auto bytes = text_of(path);
  for (const auto& changed : {bytes + "x", bytes.substr(0, bytes.size() - 1), bytes.substr(0, 100), std::string()}) {
    write_bytes(path, changed);
    EXPECT_FALSE(is_seal_whole(path));
  }
  EXPECT_FALSE(is_seal_whole(directory / "absent"));
}

TEST(Seal, OfRandomBytesNeverHoldsAndIsSafeToRead) {
  const testing::TemporaryDirectory directory;
  const auto path = sample(directory);
  const auto bytes = text_of(path);
  random::Draws draws(3, random::Stream::generation, 0);
  for (int trial = 0; trial < 300; ++trial) {
    auto changed = bytes;
    for (std::size_t place = 8; place < 64; ++place) {
      changed[place] = static_cast<char>(draws.next_below(256));
    }
    write_bytes(path, changed);
    EXPECT_FALSE(is_seal_whole(path));
  }
}

TEST(Seal, IsLeftOutWhereThereAreTooManyExtents) {
  const testing::TemporaryDirectory directory;
  const auto path = sample(directory);
  const auto bytes = text_of(path);
  std::vector<Extent> apart;
  for (std::uint64_t i = 0; i < 200; ++i) {
    apart.push_back({kSealBytes + 2 * i, kSealBytes + 2 * i + 1});
  }
  write_seal(path, apart);
  EXPECT_TRUE(text_of(path) == bytes);
}

TEST(Seal, CanBeMissing) {
  const testing::TemporaryDirectory directory;
  const auto path = sample(directory);
  auto bytes = text_of(path);
  std::fill_n(bytes.begin(), kSealBytes, '\0');
  write_bytes(path, bytes);
  EXPECT_FALSE(is_seal_whole(path));
  EXPECT_EQ(File::open(path).read<std::int64_t>("/packed"), (std::vector<std::int64_t>{1, 2, 3}));
}

}  // namespace ampcf::storage
