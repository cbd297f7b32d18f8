#include "ampcf/storage/file.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace ampcf::storage {

namespace {

using testing::world;

// Rank p writes p rows of p: the first rank has none.
void write_ragged(File& file, int deflate) {
  const auto size = static_cast<std::uint64_t>(world().size());
  const auto rank = static_cast<std::uint64_t>(world().rank());
  file.create_dataset<float>("/ragged", {size * (size - 1) / 2, 3}, deflate);
  const std::vector<float> own(rank * 3, static_cast<float>(rank));
  file.write_rows("/ragged", rank * (rank - 1) / 2, std::span<const float>(own));
}

}  // namespace

class ParallelFile : public ::testing::TestWithParam<int> {};

TEST_P(ParallelFile, HoldsTheRowsOfEveryRank) {
  const testing::TemporaryDirectory directory;
  auto file = File::create(directory / "x.h5", world());
  write_ragged(file, GetParam());
  file.close();
  world().barrier();
  const auto values = File::open(directory / "x.h5").read<float>("/ragged");
  std::size_t next = 0;
  for (int rank = 0; rank < world().size(); ++rank) {
    for (int i = 0; i < rank * 3; ++i) {
      ASSERT_EQ(values[next++], static_cast<float>(rank));
    }
  }
  EXPECT_EQ(next, values.size());
}

INSTANTIATE_TEST_SUITE_P(Compression, ParallelFile, ::testing::Values(0, 3));

TEST(ParallelFile, TakesWhatIsTheSameEverywhereFromTheFirstRank) {
  const testing::TemporaryDirectory directory;
  auto file = File::create(directory / "x.h5", world());
  const std::vector<double> values{1.5, -2.5, 3.5};
  file.write<double>("/same", {3}, values);
  file.write<std::uint32_t>("/single", {1}, std::vector<std::uint32_t>{7});
  file.write_strings("/names", {"a", "bcd"});
  file.set_text_attribute("format", "x");
  file.close();
  world().barrier();
  const auto read = File::open(directory / "x.h5");
  EXPECT_EQ(read.read<double>("/same"), values);
  EXPECT_EQ(read.read<std::uint32_t>("/single"), std::vector<std::uint32_t>{7});
  EXPECT_EQ(read.read_strings("/names"), (std::vector<std::string>{"a", "bcd"}));
}

}  // namespace ampcf::storage
