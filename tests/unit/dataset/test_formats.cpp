#include "raw_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf::dataset {

namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// One small set of interactions, of which every format must make the same dataset. In the order of times, so that
/// files without times say the same.
struct Line {
  std::string user;
  std::string item;
  int time;
};
const std::vector<Line> kLines{{"anna", "x1", 1}, {"anna", "x2", 2}, {"bert", "x2", 3}, {"anna", "x3", 4},
                               {"bert", "x4", 5}, {"carl", "x1", 6}, {"bert", "x1", 7}, {"carl", "x5", 8}};

std::string table(const std::string& form, const std::string& end = "\n") {
  std::string text;
  for (const auto& line : kLines) {
    text += fmt::format(fmt::runtime(form), fmt::arg("user", line.user), fmt::arg("item", line.item),
                        fmt::arg("time", line.time)) +
            end;
  }
  return text;
}

const std::string kCsvHeader = "userId,movieId,rating,timestamp\n";

PreparationOptions delimited(const std::string& delimiter, const std::string& columns) {
  auto options = unfiltered("delimited");
  options.delimiter = delimiter;
  options.columns = columns;
  return options;
}

class Formats : public ::testing::Test {
 protected:
  std::string fingerprint_of(const std::string& text, const PreparationOptions& options) {
    return shop_.make(shop_.file("raw", text), options).fingerprint;
  }

  Workshop shop_;
  std::string expected_ = fingerprint_of(kCsvHeader + table("{user},{item},4.0,{time}"), unfiltered("movielens-csv"));
};

}  // namespace

TEST_F(Formats, OfMovieLensAgree) {
  EXPECT_EQ(fingerprint_of(table("{user}::{item}::4::{time}"), unfiltered("movielens-dat")), expected_);
}

TEST_F(Formats, DelimitedAgreesWithAnyDelimiterAndOrderOfColumns) {
  EXPECT_EQ(fingerprint_of(table("{user},{item}"), delimited("comma", "user,item")), expected_);
  EXPECT_EQ(fingerprint_of(table("{user}\t{item}"), delimited("tab", "user,item")), expected_);
  EXPECT_EQ(fingerprint_of(table("{user}  {item} "), delimited("space", "user,item")), expected_);
  EXPECT_EQ(fingerprint_of(table("{time};{item};{user}"), delimited("semicolon", "timestamp,item,user")), expected_);
  EXPECT_EQ(fingerprint_of(table("{user}|why|{item}|more"), delimited("|", "user,-,item")), expected_);
  EXPECT_EQ(fingerprint_of(table("{user}\xC2\xA7{item}"), delimited("\xC2\xA7", "user,item")), expected_);
}

TEST_F(Formats, DelimitedPassesOverAHeader) {
  auto options = delimited("comma", "user,item,rating");
  options.has_header = true;
  EXPECT_EQ(fingerprint_of("who,what,stars\n" + table("{user},{item},4"), options), expected_);
}

TEST_F(Formats, TimesOverruleTheOrderOfLines) {
  std::string reversed;
  for (auto line = kLines.rbegin(); line != kLines.rend(); ++line) {
    reversed += fmt::format("{},{},4.0,{}\n", line->user, line->item, line->time);
  }
  (void)shop_.make(shop_.file("raw", kCsvHeader + table("{user},{item},4.0,{time}")), unfiltered("movielens-csv"));
  const auto forward = contents_of(shop_.output());
  (void)shop_.make(shop_.file("raw", kCsvHeader + reversed), unfiltered("movielens-csv"));
  const auto backward = contents_of(shop_.output());
  for (const auto& [user, content] : forward) {
    EXPECT_EQ(backward.at(user).training, content.training);
    EXPECT_EQ(backward.at(user).test, content.test);
    EXPECT_EQ(backward.at(user).validation, content.validation);
  }
}

TEST_F(Formats, NuisancesChangeNothing) {
  const auto csv = unfiltered("movielens-csv");
  EXPECT_EQ(fingerprint_of("\xEF\xBB\xBF" + kCsvHeader + "\r\n" + table("{user},{item},4.0,{time}", "\r\n\r\n"), csv),
            expected_);
  EXPECT_EQ(fingerprint_of(kCsvHeader + table(R"("{user}","{item}","4.0","{time}")"), csv), expected_);
  const auto gzip = shop_.gzip_file("ratings.csv.gz", kCsvHeader + table("{user},{item},4.0,{time}"));
  EXPECT_EQ(shop_.make(gzip, csv).fingerprint, expected_);
}

TEST_F(Formats, AdjacencyJoinsItsFiles) {
  auto options = unfiltered("adjacency");
  options.inputs = {shop_.file("second", "bert\tx4 x1\ncarl x5\n")};
  // Items are numbered as they appear, so the first file has to name them in the order of the table.
  EXPECT_EQ(shop_.make(shop_.file("first", "anna x1 x2  x3\n\nbert x2\ncarl x1\ndora\n"), options).lines, 6U);
  const auto content = contents_of(shop_.output());
  EXPECT_EQ(content.size(), 3U);
  EXPECT_EQ(content.at("bert").test, "x1");
  EXPECT_EQ(content.at("bert").validation, "x4");
  EXPECT_THAT(content.at("bert").training, ::testing::ElementsAre("x2"));
  EXPECT_EQ(content.at("carl").test, "x5");
}

TEST_F(Formats, SeveralTablesAreJoinedToo) {
  auto options = unfiltered("movielens-csv");
  const auto text = table("{user},{item},4.0,{time}");
  const auto middle = text.find("anna,x3");
  options.inputs = {shop_.file("second", kCsvHeader + text.substr(middle))};
  EXPECT_EQ(shop_.make(shop_.file("first", kCsvHeader + text.substr(0, middle)), options).fingerprint, expected_);
}

TEST_F(Formats, IdsMayBeAnyText) {
  const auto csv = kCsvHeader + "\"Doe, \"\"Jane\"\"\",J\xF6rg,5,1\n\"Doe, \"\"Jane\"\"\", y ,5,2\n";
  (void)shop_.make(shop_.file("raw", csv), unfiltered("movielens-csv"));
  const auto content = contents_of(shop_.output());
  ASSERT_EQ(content.count("Doe, \"Jane\""), 1U);
  EXPECT_THAT(content.begin()->second.training, ::testing::ElementsAre("J\xC3\xB6rg"));
  EXPECT_EQ(content.begin()->second.test, " y ");
}

TEST_F(Formats, UsersAndItemsAreNumberedByFirstAppearance) {
  (void)shop_.make(shop_.file("raw", table("{user},{item}")), delimited("comma", "user,item"));
  const Dataset data(shop_.output());
  EXPECT_THAT(data.user_ids(), ::testing::ElementsAre("anna", "bert", "carl"));
  EXPECT_THAT(data.item_ids(), ::testing::ElementsAre("x1", "x2", "x3", "x4", "x5"));
}

TEST_F(Formats, ItemTablesGiveTitlesAndTags) {
  const auto ratings = shop_.file("raw", table("{user},{item}"));
  auto options = delimited("comma", "user,item");
  const auto titles_of = [&](const std::string& path) {
    options.items = path;
    const auto summary = shop_.make(ratings, options);
    EXPECT_EQ(summary.titles, 3U);
    return Dataset(shop_.output()).item_titles();
  };
  const auto expected = ::testing::ElementsAre("Toy Story (1995)", "Ran, or Chaos", "Mis\xC3\xA9rables, Les", "", "");
  EXPECT_THAT(titles_of(shop_.file("a",
                                   "movieId,title,genres\nx1,Toy Story (1995),A|B\nx2,\"Ran, or Chaos\",(no genres "
                                   "listed)\nx3,\"Mis\xE9rables, Les\",C\nx99,Other,D\n")),
              expected);
  EXPECT_THAT(Dataset(shop_.output()).item_tags(), ::testing::ElementsAre("A|B", "", "C", "", ""));
  EXPECT_THAT(titles_of(shop_.gzip_file(
                  "b.gz", "x1::Toy Story (1995)::A|B\r\nx2::Ran, or Chaos::\r\nx3::Mis\xE9rables, Les::C\r\n")),
              expected);
  EXPECT_THAT(titles_of(shop_.file("c", "x1\tToy Story (1995)\nx2\tRan, or Chaos\nx3\tMis\xC3\xA9rables, Les\n")),
              expected);
  EXPECT_TRUE(Dataset(shop_.output()).item_tags().empty());
}

TEST_F(Formats, FaultsNameFileLineFoundAndExpected) {
  const auto csv = unfiltered("movielens-csv");
  EXPECT_EQ(shop_.fault_of(kCsvHeader + "1,2,good,5\n", csv),
            "raw:2: found 'good', expected a rating (a finite number)");
  EXPECT_EQ(shop_.fault_of(kCsvHeader + "\n1,2,5,soon\n", csv),
            "raw:3: found 'soon', expected a timestamp (an integer)");
  EXPECT_EQ(shop_.fault_of(kCsvHeader + "1,2,5\n", csv),
            "raw:2: found '1,2,5', expected 4 fields, as many as in the first line, not 3");
  EXPECT_THAT(shop_.fault_of(kCsvHeader + "1,2,5,5,6\n", csv),
              HasSubstr("raw:2: found '1,2,5,5,6', expected 4 fields"));
  EXPECT_EQ(shop_.fault_of(kCsvHeader + "1,,5,5\n", csv),
            "raw:2: found an empty item id in '1,,5,5', expected some text");
  EXPECT_THAT(shop_.fault_of("1,2,5,5\n", csv), StartsWith("raw:1: found '1,2,5,5', expected a header such as"));
  EXPECT_THAT(shop_.fault_of("", csv), StartsWith("raw:1: found the end of the file, expected"));
  EXPECT_THAT(shop_.fault_of(kCsvHeader, csv), StartsWith("raw:1: found the end of the file, expected"));
  EXPECT_THAT(shop_.fault_of("1::2::3\n", unfiltered("movielens-dat")),
              StartsWith("raw:1: found '1::2::3', expected 'user::item::rating::timestamp'"));
  EXPECT_THAT(shop_.fault_of("1\n", delimited("comma", "user,item")),
              StartsWith("raw:1: found '1', expected 'user,item'"));
  EXPECT_THAT(shop_.fault_of("\n", unfiltered("adjacency")), HasSubstr("found the end of the file"));
  EXPECT_THAT(shop_.fault_of("u " + std::string(2000, 'i'), unfiltered("adjacency")), HasSubstr("item id of at most"));
}

TEST_F(Formats, ARatingRangeNeedsRatings) {
  auto options = unfiltered("movielens-csv");
  options.min_rating = 3;
  EXPECT_THAT(shop_.fault_of("user,item\na,b\n", options), HasSubstr("raw:1: found 'user,item', expected a rating"));
}

TEST_F(Formats, AFaultLeavesNoOutput) {
  (void)shop_.fault_of("1\n", delimited("comma", "user,item"));
  std::filesystem::remove(shop_.output());
  (void)shop_.fault_of("1\n", delimited("comma", "user,item"));
  EXPECT_FALSE(std::filesystem::exists(shop_.output()));
  EXPECT_FALSE(std::filesystem::exists(shop_.output().string() + ".partial"));
}

}  // namespace ampcf::dataset
