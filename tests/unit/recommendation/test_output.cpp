#include "ampcf/recommendation/output.hpp"

#include "recommendation/page.hpp"
#include "unit/recommendation/plane.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace ampcf::recommendation {

namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using Output = Plane;

std::size_t widest_line(const std::string& text) {
  std::istringstream lines(text);
  std::size_t widest = 0;
  for (std::string line; std::getline(lines, line);) {
    widest = std::max(widest, width_of(line));
  }
  return widest;
}

}  // namespace

TEST(Page, MeasuresTextInColumnsAndNotInBytes) {
  EXPECT_EQ(width_of("Heat"), 4U);
  EXPECT_EQ(width_of("Am\xC3\xA9lie"), 6U);
  EXPECT_EQ(width_of("\xE4\xB8\x83\xE4\xBA\xBA"), 4U);  // two wide characters
}

TEST(Page, CutsTextOnABoundaryOfCharacters) {
  EXPECT_EQ(clipped("Am\xC3\xA9lie Poulain", 7), "Am\xC3\xA9l...");
  EXPECT_EQ(clipped("\xE4\xB8\x83\xE4\xBA\xBA\xE3\x81\xAE\xE4\xBE\x8D", 6), "\xE4\xB8\x83...");
  EXPECT_EQ(clipped("short", 5), "short");
  EXPECT_EQ(fitted("Am\xC3\xA9lie", 8), "Am\xC3\xA9lie  ");
}

TEST(Page, KeepsControlSequencesOfTitlesOffTheTerminal) { EXPECT_EQ(clipped("\x1b[31mred", 40), "[31mred"); }

TEST(Page, ColoursOnlyWhereAsked) {
  EXPECT_EQ(in_colour_of(0, "1", {80, false}), "1");
  EXPECT_EQ(in_colour_of(0, "1", {80, true}), "\x1b[32m1\x1b[0m");
}

TEST_F(Output, PrintsQuotedCsv) {
  const auto text = as_csv(recommender->catalogue(), list(3));
  EXPECT_THAT(as_csv_header(), StartsWith("user,rank,item,title,score,persona,attention,rank_without_persona,"));
  EXPECT_THAT(text, StartsWith("a,1,i5,Five,"));
  EXPECT_THAT(text, HasSubstr("\na,3,i3,\"Say \"\"three\"\", twice\","));
  EXPECT_THAT(text, HasSubstr(",i1|i7\n"));
}

TEST_F(Output, PrintsJsonWithAllAttentionWeights) {
  const auto json = nlohmann::json::parse(as_json(recommender->catalogue(), {list(3), list(1, 1)}));
  ASSERT_EQ(json.size(), 2U);
  const auto& item = json[0]["items"][0];
  EXPECT_EQ(item["item"], "i5");
  EXPECT_EQ(item["persona"], 2);
  EXPECT_EQ(item["rank_without_persona"], 4);
  EXPECT_EQ(item["attention"].size(), 2U);
  EXPECT_EQ(item["nearest_history"][0]["title"], "One");
  EXPECT_EQ(json[0]["history"].size(), 3U);
}

TEST_F(Output, PrintsTextForPeople) {
  const auto text = as_text(recommender->catalogue(), list(3), 1, {});
  EXPECT_THAT(text, HasSubstr("User a"));
  EXPECT_THAT(text, HasSubstr("near One; Seven"));
  EXPECT_THAT(text, HasSubstr("persona 1: 1 item, 33 % of the history"));
  EXPECT_THAT(text, HasSubstr("held-out test item"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST_F(Output, SaysWhereNoPersonaAnswersAlone) {
  auto result = list(1);
  EXPECT_THAT(as_text(recommender->catalogue(), result, 1, {}), Not(HasSubstr("~")));
  result.items[0].attention = {0.4F, 0.45F};
  EXPECT_THAT(as_text(recommender->catalogue(), result, 1, {}), HasSubstr("0.45~"));
}

TEST_F(Output, IsNeverWiderThanThePage) {
  for (const std::size_t columns : {56U, 60U, 72U, 80U, 100U, 200U}) {
    EXPECT_LE(widest_line(as_text(recommender->catalogue(), list(5), 5, {columns, false})), columns);
  }
}

}  // namespace ampcf::recommendation
