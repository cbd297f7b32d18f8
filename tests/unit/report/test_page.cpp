#include "report/page/sections.hpp"

#include "ampcf/core/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf::report {

namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kHostile = "</article><script>alert(1)</script>\xD7\xA9\"'";

// Draws nothing: charts are not what these tests are about, so they run where there is no gnuplot.
Section users_without_charts(const std::vector<Portrait>& portraits) {
  static std::optional<Gnuplot> gnuplot;
  if (!gnuplot) {
    gnuplot.emplace("true");
  }
  Sketchbook sketchbook(*gnuplot, 100);
  return users_section(portraits, sketchbook);
}

Portrait portrait() {
  Portrait portrait{kHostile, 3, 1.25, {}, {}, std::nullopt};
  const PortrayedItem item{kHostile, kHostile + "|b|c|d|e", 0, {0.8, 0.15, 0.05}, true, 1, 1234};
  const recommendation::TagFinding tag{kHostile, 3, 30, 2.5, 0.01};
  portrait.personas = {{3, {item, item}, {item}, kHostile, {tag}, recommendation::LikePersona{kHostile, 1, 0.75F}, {1}},
                       {0, {}, {item}}};
  portrait.final_list = {item};
  return portrait;
}

Subject trained_run(std::size_t number, const std::string& personas) {
  return {number, kHostile, Run{kHostile, {{"epoch", {1, 2}}}, {{"personas", personas}, {"dim", "64"}}, std::nullopt},
          std::nullopt};
}

}  // namespace

TEST(Sections, NothingOfUsersAndTitlesIsMarkup) {
  const auto html = users_without_charts({portrait()}).content.str();
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, HasSubstr("<bdi>&lt;/article&gt;&lt;script&gt;alert(1)&lt;/script&gt;\xD7\xA9&quot;&#39;</bdi>"));
}

TEST(Sections, APortraitTellsPersonasByNumberAndShapeBesideColour) {
  const auto html = users_without_charts({portrait()}).content.str();
  EXPECT_THAT(html, HasSubstr("persona edge p0"));
  EXPECT_THAT(html, HasSubstr(glyph(0)));
  EXPECT_THAT(html, HasSubstr("3 of 3 consumed items, 100 %"));
  EXPECT_THAT(html, HasSubstr("and 1 more"));
  EXPECT_THAT(html, HasSubstr("no. 1 of the final list"));
  EXPECT_THAT(html, HasSubstr("held out"));
  EXPECT_THAT(html, HasSubstr("Unused by this user"));
}

TEST(Sections, APortraitHasTheCardsOfPersonasAndTheCounterfactualsOfItems) {
  const auto html = users_without_charts({portrait()}).content.str();
  EXPECT_THAT(html, HasSubstr("1.2 of 2 in use"));
  EXPECT_THAT(html, HasSubstr(" 2.5 times (3 of 3, p = 0.0100)"));
  EXPECT_THAT(html, HasSubstr("Most like persona 2 of user "));
  EXPECT_THAT(html, HasSubstr("much the same as persona 2"));
  EXPECT_THAT(html, HasSubstr("without persona 1: no. 1,234"));
}

TEST(Sections, ExplanationsAreShownWhereTheyWereMeasured) {
  static std::optional<Gnuplot> gnuplot;
  gnuplot.emplace("true");
  Sketchbook sketchbook(*gnuplot, 100);
  Subject subject{0, kHostile, std::nullopt, Metrics{}};
  EXPECT_TRUE(explanations_section({subject}, sketchbook).content.empty());
  subject.metrics->figures = {{"full", "hr@10", 0.25},
                              {"explanations", "deletion@20", 3.5, evaluation::Interval{3.25, 3.75}},
                              {"planted", "attention_names_taste", 0.96}};
  const auto html = explanations_section({subject}, sketchbook).content.str();
  EXPECT_THAT(html, HasSubstr("deletion: doublings"));
  EXPECT_THAT(html, HasSubstr("3.2500 to 3.7500"));
  EXPECT_THAT(html, HasSubstr("0.9600"));
  EXPECT_THAT(html, Not(HasSubstr("0.2500")));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
}

TEST(Sections, SmallAttentionIsNotListed) {
  const auto html = users_without_charts({portrait()}).content.str();
  EXPECT_THAT(html, HasSubstr("80 %"));
  EXPECT_THAT(html, HasSubstr("15 %"));
  EXPECT_THAT(html, Not(HasSubstr(" 5 %")));
}

TEST(Sections, OptionsThatDifferStandBeforeThoseThatAgree) {
  const auto html = options_section({trained_run(0, "2"), trained_run(1, "4")}).content.str();
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_LT(html.find("personas"), html.find("Options that all runs share"));
  EXPECT_GT(html.find("dim"), html.find("Options that all runs share"));
}

TEST(Sections, AreEmptyWithoutAnythingToShow) {
  EXPECT_TRUE(overview_section({}).content.empty());
  EXPECT_TRUE(options_section({}).content.empty());
  EXPECT_TRUE(users_without_charts({}).content.empty());
}

TEST(Page, RunsNothingAndLoadsNothing) {
  const auto html = page(kHostile, kHostile, {{"a", "First", text("x")}, {"b", "Second", {}}});
  EXPECT_THAT(html, ::testing::StartsWith("<!DOCTYPE html>\n<html lang=\"en\">"));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("http:")));
  EXPECT_THAT(html, Not(HasSubstr("https:")));
  EXPECT_THAT(html, Not(HasSubstr("url(")));
}

TEST(Page, LinksToTheSectionsThatHaveContent) {
  const auto html = page("t", "s", {{"a", "First", text("x")}, {"b", "Second", {}}});
  EXPECT_THAT(html, HasSubstr("<a href=\"#a\">First</a>"));
  EXPECT_THAT(html, HasSubstr("<section id=\"a\" aria-labelledby=\"a-heading\">"));
  EXPECT_THAT(html, Not(HasSubstr("Second")));
}

TEST(Figures, NumbersAreSaidAsPeopleReadThem) {
  EXPECT_EQ(decimal(0.12345), "0.1235");
  EXPECT_EQ(decimal(231.449), "231.4");
  EXPECT_EQ(signed_decimal(0.5), "+0.5000");
  EXPECT_EQ(signed_decimal(-0.5),
            "\xE2\x88\x92"
            "0.5000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(grouped(-1234), "-1,234");
  EXPECT_EQ(grouped(123), "123");
  EXPECT_EQ(probability(0.0), "< 0.0001");
  EXPECT_EQ(spoken("full", "hr@10"), "HR@10, full ranking");
  EXPECT_EQ(spoken("lists", "popularity_lift@10"), "popularity lift@10");
}

}  // namespace ampcf::report
