#include "ampcf/core/error.hpp"
#include "ampcf/evaluation/recommendations.hpp"
#include "ampcf/evaluation/test_file.hpp"
#include "support/error_of.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace ampcf::evaluation {

namespace {

using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const std::vector<std::string> kUsers{"ann", "bob", "cid"};
const std::vector<std::string> kItems{"a", "b", "c", "d", "e, f"};

class Files : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& text) const {
    std::ofstream(path_, std::ios::binary) << text;
    return path_;
  }
  TestFile test_file(const std::string& text) const { return read_test_file(write(text), kUsers, kItems); }
  RecommendationFile recommendations(const std::string& text) const {
    return read_recommendations(write(text), kUsers, kItems);
  }

  // What the error of the line says, without the path in front.
  void expect_fault(const std::string& fault, int line, const std::string& text) const {
    EXPECT_THAT(fault, StartsWith(path_.string() + ":" + std::to_string(line) + ": "));
    EXPECT_THAT(fault, HasSubstr(text));
  }

  testing::TemporaryDirectory directory_;
  std::filesystem::path path_ = directory_ / "file";
};

using TestFiles = Files;
using RecommendationFiles = Files;

std::vector<ItemIndex> items_of(std::span<const ItemIndex> span) { return {span.begin(), span.end()}; }

}  // namespace

TEST_F(TestFiles, GiveUsersInAnyOrderTheirPositiveAndNegatives) {
  const auto file = test_file("cid\tb\td\ta\r\n\nann\te, f\n");
  EXPECT_EQ(file.user_count, 2U);
  EXPECT_THAT(file.cases.positive, ElementsAre(4, kNoItem, 1));
  EXPECT_THAT(items_of(file.cases.candidates_of(0)), IsEmpty());
  EXPECT_THAT(items_of(file.cases.candidates_of(2)), ElementsAre(0, 3));
}

TEST_F(TestFiles, DropNegativesThatRepeatThePositiveOrAnotherOne) {
  const auto file = test_file("ann\ta\tb\ta\tb\tc\nbob\tx\tx\ty\ty\tb\n");
  EXPECT_THAT(items_of(file.cases.candidates_of(0)), ElementsAre(1, 2));
  EXPECT_THAT(items_of(file.cases.candidates_of(1)), ElementsAre(1));
  EXPECT_THAT(file.cases.unknown_candidates, ElementsAre(0, 1, 0));  // y; x repeats the positive
}

TEST_F(TestFiles, CountWhatTheDatasetDoesNotKnow) {
  const auto file = test_file("ann\tx\ta\ty\nbob\ta\tx\tz\n");
  EXPECT_THAT(file.cases.positive, ElementsAre(kUnknownItem, 0, kNoItem));
  EXPECT_THAT(file.cases.unknown_candidates, ElementsAre(1, 2, 0));
  EXPECT_EQ(file.unknown_items, 3U);
  EXPECT_EQ(file.unknown_positives, 1U);
}

TEST_F(TestFiles, NameTheFaultyLine) {
  expect_fault(error_of<DataError>([&] { (void)test_file("ann\ta\tb\ndan\ta\tb\n"); }), 2, "'dan'");
  expect_fault(error_of<DataError>([&] { (void)test_file("ann\ta\n\nbob\n"); }), 3, "user<TAB>positive");
  expect_fault(error_of<DataError>([&] { (void)test_file("ann\ta\nbob\tb\nann\tc\n"); }), 3, "line 1");
  expect_fault(error_of<DataError>([&] { (void)test_file("ann\ta\t\tb\n"); }), 1, "empty");
  EXPECT_THAT(error_of<DataError>([&] { (void)test_file("\n"); }), HasSubstr(":1: found the end of the file"));
  EXPECT_THAT(error_of<DataError>([&] { (void)read_test_file(directory_ / "none", kUsers, kItems); }),
              HasSubstr("none"));
}

TEST_F(RecommendationFiles, AreListsBestFirstWithEqualScoresByItem) {
  const auto file = recommendations("user,item,score\ncid,d,1\ncid,\"e, f\",2.5\ncid,a,1e0\nann,b,-3\n");
  EXPECT_THAT(file.lists.indptr, ElementsAre(0, 1, 1, 4));
  EXPECT_THAT(items_of(file.lists.of(2).item), ElementsAre(4, 0, 3));
  EXPECT_THAT(std::vector<double>(file.lists.of(2).score.begin(), file.lists.of(2).score.end()),
              ElementsAre(2.5, 1.0, 1.0));
}

TEST_F(RecommendationFiles, NeedNoHeader) {
  EXPECT_THAT(recommendations("ann,b,1\nann,c,2\n").lists.item, ElementsAre(2, 1));
}

TEST_F(RecommendationFiles, LeaveOutAndCountUnknownItems) {
  const auto file = recommendations("ann,x,9\nann,b,1\nbob,x,1\nbob,y,1\n");
  EXPECT_THAT(file.lists.item, ElementsAre(1));
  EXPECT_EQ(file.unknown_items, 2U);
}

TEST_F(RecommendationFiles, NameTheFaultyLine) {
  expect_fault(error_of<DataError>([&] { (void)recommendations("ann,b,1\ndan,b,1\n"); }), 2, "'dan'");
  expect_fault(error_of<DataError>([&] { (void)recommendations("user,item,score\nann,b\n"); }), 2, "user,item,score");
  expect_fault(error_of<DataError>([&] { (void)recommendations("ann,b,1,2\n"); }), 1, "user,item,score");
  expect_fault(error_of<DataError>([&] { (void)recommendations("ann,b,nan\n"); }), 1, "'nan'");
  expect_fault(error_of<DataError>([&] { (void)recommendations("ann,b,best\n"); }), 1, "'best'");
  expect_fault(error_of<DataError>([&] { (void)recommendations("ann,b,1\nuser,item,score\n"); }), 2, "'user'");
  expect_fault(error_of<DataError>([&] { (void)recommendations("ann,b,1\nbob,b,1\nann,b,2\n"); }), 3, "line 1");
  EXPECT_THAT(error_of<DataError>([&] { (void)recommendations(""); }), HasSubstr(":1: found the end of the file"));
}

}  // namespace ampcf::evaluation
