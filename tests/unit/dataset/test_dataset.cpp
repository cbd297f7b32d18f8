#include "ampcf/dataset/dataset.hpp"
#include "ampcf/dataset/writer.hpp"

#include "ampcf/core/error.hpp"
#include "support/error_of.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace ampcf::dataset {

namespace {

using ::testing::ElementsAre;

UserBlock block_of(std::vector<std::string> ids, std::vector<std::uint64_t> counts, std::vector<ItemIndex> items) {
  const auto n = ids.size();
  return {std::move(ids),
          std::move(counts),
          std::move(items),
          std::vector<std::int64_t>(n, 0),
          std::vector<std::int64_t>(n, kNoItem),
          std::vector<ItemIndex>(2 * n, 3),
          std::vector<ItemIndex>(2 * n, kNoCandidate)};
}

ItemTable four_items() { return {{"a", "b", "c", "d"}, {"A", "B", "", "D"}, {}}; }

void write_in_two_blocks(const std::filesystem::path& path) {
  DatasetWriter writer(path, 3, 4, 2);
  writer.append(block_of({"u", "v"}, {2, 0}, {1, 2}));
  writer.append(block_of({"w"}, {2}, {0, 3}));
  writer.finish(four_items());
}

}  // namespace

TEST(DatasetFile, ReturnsWhatWasWritten) {
  const testing::TemporaryDirectory directory;
  write_in_two_blocks(directory / "data.h5");
  const Dataset data(directory / "data.h5");
  EXPECT_EQ(data.user_count(), 3U);
  EXPECT_EQ(data.item_count(), 4U);
  EXPECT_EQ(data.interaction_count(), 4U);
  EXPECT_THAT(data.user_ids(), ElementsAre("u", "v", "w"));
  EXPECT_THAT(data.item_titles(), ElementsAre("A", "B", "", "D"));
  EXPECT_TRUE(data.item_tags().empty());
  const auto last = data.interactions({1, 3});
  EXPECT_EQ(last.first_position, 2U);
  EXPECT_TRUE(last.of(0).empty());
  EXPECT_THAT(std::vector<ItemIndex>(last.of(1).begin(), last.of(1).end()), ElementsAre(0, 3));
  const auto test = data.held_out(HeldOutPart::test, {2, 3});
  EXPECT_THAT(test.item, ElementsAre(kNoItem));
  EXPECT_EQ(test.candidates_of(0)[1], kNoCandidate);
}

TEST(DatasetFile, TakesValidationItemsBackInOrder) {
  const testing::TemporaryDirectory directory;
  DatasetWriter writer(directory / "data.h5", 3, 4, 2);
  auto block = block_of({"u", "v", "w"}, {2, 0, 2}, {1, 2, 0, 3});
  block.validation_item = {3, kNoItem, 2};
  writer.append(block);
  writer.finish(four_items());
  Dataset data(directory / "data.h5");
  data.add_back_validation();
  EXPECT_THAT(data.indptr(), ElementsAre(0, 3, 3, 6));
  const auto all = data.interactions({0, 3});
  EXPECT_THAT(all.item, ElementsAre(1, 2, 3, 0, 2, 3));
  const auto last = data.interactions({2, 3});
  EXPECT_EQ(last.first_position, 3U);
  EXPECT_THAT(last.item, ElementsAre(0, 2, 3));
  EXPECT_THAT(data.held_out(HeldOutPart::validation, {0, 3}).item, ElementsAre(kNoItem, kNoItem, kNoItem));
}

TEST(DatasetFile, RefusesAValidationItemThatIsTrained) {
  const testing::TemporaryDirectory directory;
  write_in_two_blocks(directory / "data.h5");  // item 0 is everyone's validation item and in w's training part
  Dataset data(directory / "data.h5");
  data.add_back_validation();
  EXPECT_NO_THROW((void)data.interactions({0, 2}));
  EXPECT_THROW((void)data.interactions({2, 3}), DataError);
}

TEST(DatasetFile, FingerprintDependsOnContentNotOnBlocks) {
  const testing::TemporaryDirectory directory;
  write_in_two_blocks(directory / "two.h5");
  const auto write_at_once = [&](const std::string& name, ItemIndex third) {
    DatasetWriter writer(directory / name, 3, 4, 2);
    writer.append(block_of({"u", "v", "w"}, {2, 0, 2}, {1, 2, third, 3}));
    writer.finish(four_items());
    return Dataset(directory / name).fingerprint();
  };
  EXPECT_EQ(Dataset(directory / "two.h5").fingerprint(), write_at_once("one.h5", 0));
  EXPECT_NE(Dataset(directory / "two.h5").fingerprint(), write_at_once("other.h5", 1));
}

TEST(DatasetFile, UnfinishedOnesLeaveNothingBehind) {
  const testing::TemporaryDirectory directory;
  { DatasetWriter writer(directory / "data.h5", 3, 4, 2); }
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(DatasetFile, ItemsOutOfRangeAreRefused) {
  const testing::TemporaryDirectory directory;
  DatasetWriter writer(directory / "data.h5", 1, 1, 2);
  writer.append(block_of({"u"}, {1}, {4}));
  writer.finish(four_items());
  EXPECT_THROW((void)Dataset(directory / "data.h5").interactions({0, 1}), DataError);
}

TEST(DatasetFile, TrainingItemsThatAreNoneAreRefused) {
  const testing::TemporaryDirectory directory;
  DatasetWriter writer(directory / "data.h5", 1, 2, 2);
  writer.append(block_of({"u"}, {2}, {1, kNoCandidate}));
  writer.finish(four_items());
  EXPECT_THROW((void)Dataset(directory / "data.h5").interactions({0, 1}), DataError);
}

// Files are read in blocks, and rows of two users may fall as they like from one to the next, those of one user not:
// wherever the one item that descends lies.
TEST(DatasetFile, ItemsAscendInRowsOfAnyLength) {
  const testing::TemporaryDirectory directory;
  constexpr ItemIndex kItems = 300000;
  ItemTable table;
  for (ItemIndex i = 0; i < kItems; ++i) {
    table.id.push_back(std::to_string(i));
  }
  const auto read = [&](std::uint64_t end_of_first, std::uint64_t descent) {
    std::vector<ItemIndex> items(kItems);
    std::iota(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(descent), 0U);
    std::iota(items.begin() + static_cast<std::ptrdiff_t>(descent), items.end(), 0U);
    DatasetWriter writer(directory / "data.h5", 2, kItems, 2);
    writer.append(block_of({"u", "v"}, {end_of_first, kItems - end_of_first}, items));
    writer.finish(table);
    return Dataset(directory / "data.h5").interactions({0, 2}).item == items;
  };
  for (const std::uint64_t place : {1U << 16U, 1U << 17U, (1U << 17U) + 1, 1U << 18U, kItems - 1}) {
    EXPECT_TRUE(read(place, place)) << place;
    EXPECT_THROW((void)read(place - 1, place), DataError) << place;
    EXPECT_THROW((void)read(0, place), DataError) << place;
  }
}

// Numbers of users and items are places in these lists: a repeated id moved all that follow it.
TEST(DatasetFile, RepeatedIdsAreRefused) {
  const testing::TemporaryDirectory directory;
  DatasetWriter writer(directory / "data.h5", 2, 1, 2);
  writer.append(block_of({"u", "u"}, {1, 0}, {1}));
  writer.finish({{"a", "b", "c", "b"}, {}, {}});
  const Dataset data(directory / "data.h5");
  EXPECT_THROW((void)data.user_ids(), DataError);
  EXPECT_THROW((void)data.item_ids(), DataError);
}

// Whoever asked for the title of the last item read behind the end.
TEST(DatasetFile, TitlesAndTagsThatAreNotOneForEachItemAreRefused) {
  const testing::TemporaryDirectory directory;
  DatasetWriter writer(directory / "data.h5", 1, 1, 2);
  writer.append(block_of({"u"}, {1}, {1}));
  writer.finish({{"a", "b", "c", "d"}, {"A", "B"}, {"x", "y", "z"}});
  const Dataset data(directory / "data.h5");
  EXPECT_THROW((void)data.item_titles(), DataError);
  EXPECT_THROW((void)data.item_tags(), DataError);
}

TEST(DatasetFile, OtherFilesAreRefusedByName) {
  const testing::TemporaryDirectory directory;
  storage::commit_text(directory / "text.h5", "not HDF5");
  storage::commit_file(directory / "other.h5", [](storage::File&) {});
  EXPECT_THROW(Dataset(directory / "missing.h5"), DataError);
  EXPECT_THAT(testing::error_of<DataError>([&] { Dataset(directory / "text.h5"); }),
              ::testing::HasSubstr("text.h5: not an HDF5 file: ampcf-prepare makes a dataset"));
  EXPECT_THROW(Dataset(directory / "other.h5"), DataError);
}

}  // namespace ampcf::dataset
