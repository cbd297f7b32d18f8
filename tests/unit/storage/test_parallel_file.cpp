#include "ampcf/core/error.hpp"
#include "ampcf/storage/file.hpp"
#include "storage/seal.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace ampcf::storage {

namespace {

using testing::world;

// One process lays the file out: as many rows as write_ragged fills.
void lay_out(const std::filesystem::path& path) {
  world().agree([&] {
    if (world().rank() == 0) {
      const auto size = static_cast<std::uint64_t>(world().size());
      auto file = File::create(path);
      file.create_dataset<float>("/ragged", {size * (size - 1) / 2, 3});
      file.write<double>("/whole", {3}, std::vector<double>{1.5, -2.5, 3.5});
      file.write_strings("/names", {"a", "bcd"});
      file.set_text_attribute("format", "x");
      file.close();
      reserve_room(path, std::filesystem::file_size(path));
    }
  });
}

// Rank p writes p rows of p: the first rank has none.
void write_ragged(File& file) {
  const auto rank = static_cast<std::uint64_t>(world().rank());
  const std::vector<float> own(rank * 3, static_cast<float>(rank));
  file.write_rows("/ragged", rank * (rank - 1) / 2, std::span<const float>(own));
}

}  // namespace

TEST(SharedFile, HoldsTheRowsOfEveryRankAndWhatWasLaidOut) {
  const testing::TemporaryDirectory directory;
  lay_out(directory / "x.h5");
  auto file = File::open_shared(directory / "x.h5", world());
  write_ragged(file);
  file.close();
  world().barrier();
  EXPECT_TRUE(is_seal_whole(directory / "x.h5"));
  const auto read = File::open(directory / "x.h5");
  const auto values = read.read<float>("/ragged");
  std::size_t next = 0;
  for (int rank = 0; rank < world().size(); ++rank) {
    for (int i = 0; i < rank * 3; ++i) {
      ASSERT_EQ(values[next++], static_cast<float>(rank));
    }
  }
  EXPECT_EQ(next, values.size());
  EXPECT_EQ(read.read<double>("/whole"), (std::vector<double>{1.5, -2.5, 3.5}));
  EXPECT_EQ(read.read_strings("/names"), (std::vector<std::string>{"a", "bcd"}));
  EXPECT_EQ(read.text_attribute("format"), "x");
}

TEST(SharedFile, IsFilledByRanksThatNeedNotWaitForEachOther) {
  const testing::TemporaryDirectory directory;
  lay_out(directory / "x.h5");
  auto file = File::open_shared(directory / "x.h5", world());
  if (world().rank() == world().size() - 1) {  // the others write nothing and do not hang
    write_ragged(file);
  }
  file.close();
}

TEST(SharedFile, OfAnotherLengthOrPlaceIsRefusedByTheRankThatFindsIt) {
  const testing::TemporaryDirectory directory;
  lay_out(directory / "x.h5");
  EXPECT_NO_THROW(require_shared(directory / "x.h5", std::filesystem::file_size(directory / "x.h5")));
  EXPECT_THROW(require_shared(directory / "x.h5", 1), RuntimeError);
  EXPECT_THROW(require_shared(directory / "absent.h5", 1), RuntimeError);
}

}  // namespace ampcf::storage
