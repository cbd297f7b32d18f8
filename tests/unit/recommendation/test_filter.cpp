#include "ampcf/recommendation/filter.hpp"

#include "ampcf/core/error.hpp"
#include "unit/recommendation/plane.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace ampcf::recommendation {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

using FilterTest = Plane;

}  // namespace

TEST_F(FilterTest, KeepsItemsWithAnyOfTheTags) {
  EXPECT_THAT(make_filter(recommender->catalogue(), {{"Odd"}, {}}).left_out, ElementsAre(0, 2, 4, 6, 7));
  const auto either = make_filter(recommender->catalogue(), {{"Odd|Small"}, {}});
  EXPECT_THAT(either.left_out, ElementsAre(4, 6, 7));
  EXPECT_EQ(make_filter(recommender->catalogue(), {{"Odd", "Small"}, {}}).left_out, either.left_out);
}

TEST_F(FilterTest, RefusesATagThatNoItemHasNamingThoseThatAre) {
  EXPECT_THAT(
      [&] {
        (void)make_filter(recommender->catalogue(), {{"Od"}, {}});
      },
      ThrowsMessage<UsageError>(HasSubstr("Even, Small, Odd")));
  EXPECT_THROW((void)make_filter(recommender->catalogue(), {{"|"}, {}}), UsageError);
}

TEST_F(FilterTest, LeavesOutListedItemsAndCountsUnknownOnes) {
  std::ofstream(directory / "items.txt") << "i3\ni1\n\nnone\ni3\nnone\n";
  const auto filter = make_filter(recommender->catalogue(), {{}, directory / "items.txt"});
  EXPECT_THAT(filter.left_out, ElementsAre(1, 3));
  EXPECT_EQ(filter.unknown_items, 1U);
}

TEST_F(FilterTest, BothFiltersLeaveOutWhatEitherDoes) {
  std::ofstream(directory / "items.txt") << "i5\n";
  const auto filter = make_filter(recommender->catalogue(), {{"Odd"}, directory / "items.txt"});
  EXPECT_THAT(filter.left_out, ElementsAre(0, 2, 4, 5, 6, 7));
}

TEST_F(FilterTest, RefusesAMissingFile) {
  EXPECT_THROW((void)make_filter(recommender->catalogue(), {{}, directory / "nowhere"}), DataError);
}

TEST(United, IsTheUnionOfAscendingLists) {
  EXPECT_THAT(united(std::vector<ItemIndex>{1, 3, 5}, std::vector<ItemIndex>{0, 3, 9}), ElementsAre(0, 1, 3, 5, 9));
}

}  // namespace ampcf::recommendation
