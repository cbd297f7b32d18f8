#include "ampcf/core/error.hpp"
#include "report/chart/gnuplot.hpp"
#include "report/page/figure.hpp"
#include "support/error_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace ampcf::report {

namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kHostile = "it's <b>\"bold\"</b> & \n plot sin(x)";

Chart two_lines() {
  return {.title = "Loss",
          .x_label = "epoch",
          .series = {{"A", 0, Mark::line, {1, 2, 3}, {0.5, 0.25, 0.125}}, {"B", 1, Mark::line, {1, 2}, {0.75, 0.5}}}};
}

// Skips where there is no gnuplot: the program says so itself, and building does not need it.
class Drawing : public ::testing::Test {
 protected:
  void SetUp() override {
    try {
      gnuplot_.emplace();
    } catch (const RuntimeError& error) {
      GTEST_SKIP() << error.what();
    }
  }

  std::optional<Gnuplot> gnuplot_;
};

std::vector<std::string> ids_in(const std::string& svg) {
  std::vector<std::string> ids;
  for (const char quote : {'"', '\''}) {
    const auto before = std::string(" id=") + quote;
    for (auto place = svg.find(before); place != std::string::npos; place = svg.find(before, place + 1)) {
      const auto begin = place + before.size();
      ids.push_back(svg.substr(begin, svg.find(quote, begin) - begin));
    }
  }
  return ids;
}

}  // namespace

TEST(Script, NoLabelCanEndItsQuotation) {
  auto chart = two_lines();
  chart.x_label = chart.series[0].label = kHostile;
  chart.y_ticks = {{1.0, kHostile}};
  const auto text = script(chart, 100);
  EXPECT_THAT(text, HasSubstr("'it''s <b>\"bold\"</b> &   plot sin(x)'"));
  EXPECT_THAT(text, Not(HasSubstr("\n plot")));
}

TEST(Script, ThinsLongCurves) {
  Chart chart{.title = "long", .series = {{"A", 0, Mark::line, {}, {}}}};
  for (int i = 0; i < 100000; ++i) {
    chart.series[0].x.push_back(i);
    chart.series[0].y.push_back(i % 7);
  }
  EXPECT_LT(script(chart, 200).size(), 10000U);
}

TEST(Chart, ColourAndShapeTogetherTell24LooksApart) {
  std::set<std::pair<std::string, std::string>> looks;
  for (std::size_t look = 0; look < 24; ++look) {
    looks.emplace(colour(look).in_page, glyph(look));
  }
  EXPECT_EQ(looks.size(), 24U);
}

TEST(Chart, IsEmptyWithoutANumber) {
  EXPECT_TRUE(Chart{.title = "none"}.empty());
  EXPECT_TRUE((Chart{.title = "gaps", .series = {{"A", 0, Mark::line, {1}, {std::nan("")}}}}.empty()));
  EXPECT_FALSE(two_lines().empty());
}

TEST(Chart, NumbersHaveARowForEachPlaceAndAColumnForEachSeries) {
  const auto table = numbers(two_lines());
  EXPECT_EQ(table.head.size(), 3U);
  ASSERT_EQ(table.rows.size(), 3U);
  EXPECT_EQ(table.rows[1][0].str(), "2");
  EXPECT_EQ(table.rows[1][2].str(), "0.5");
  EXPECT_EQ(table.rows[2][2].str(), "");
}

TEST(Chart, NumbersOfALongCurveAreASelectionWithBothEnds) {
  Chart chart{.title = "long", .series = {{"A", 0, Mark::line, {}, {}}}};
  for (int i = 1; i <= 1000; ++i) {
    chart.series[0].x.push_back(i);
    chart.series[0].y.push_back(i);
  }
  const auto table = numbers(chart);
  EXPECT_LE(table.rows.size(), 20U);
  EXPECT_EQ(table.rows.front()[0].str(), "1");
  EXPECT_EQ(table.rows.back()[0].str(), "1000");
}

TEST(Page, SvgTakesThePagesColoursAndOwnIds) {
  const auto svg = fit_for_page(
      "<?xml?><svg viewBox=\"0 0 4 2\" xmlns=\"x\"><title>c</title><g id=\"gnuplot_canvas\"><defs>"
      "<filter id='textbox'><feFlood/></filter><path id='gpPt0'/></defs><g fill=\"none\">\n</g>"
      "<use xlink:href='#gpPt0' color='rgb(  0, 114, 178)'/><path style='fill:rgb(0,158,115)' stroke=\"black\"/>"
      "</g></svg>",
      "Loss", "c7-");
  EXPECT_EQ(svg,
            "<svg viewBox=\"0 0 4 2\" role=\"img\" aria-label=\"Loss\"><g id=\"c7-gnuplot_canvas\"><defs>"
            "<path id='c7-gpPt0'/></defs><use href='#c7-gpPt0' color='var(--s0)'/>"
            "<path style='fill:var(--s2)' stroke=\"var(--ink)\"/></g></svg>");
}

TEST(Page, RefusesWhatIsNoSvg) {
  EXPECT_THROW((void)fit_for_page("", "", ""), RuntimeError);
  EXPECT_THROW((void)fit_for_page("<svg", "", ""), RuntimeError);
  EXPECT_THROW((void)fit_for_page("</svg><svg>", "", ""), RuntimeError);
}

TEST(Gnuplot, SaysWhatToInstallWhereItIsMissing) {
  const auto error = testing::error_of<RuntimeError>([] { Gnuplot("no-such-gnuplot"); });
  EXPECT_THAT(error, HasSubstr("no-such-gnuplot"));
  EXPECT_THAT(error, HasSubstr("gnuplot-nox"));
}

TEST_F(Drawing, EveryMarkDrawsAndNothingOfALabelIsMarkup) {
  auto chart = two_lines();
  chart.series[0].label = kHostile;
  const std::vector<double> low{0.1, 0.1};
  const std::vector<double> high{0.9, 0.9};
  chart.series.push_back({"C", 2, Mark::points, {1, 2}, {0.5, 0.5}});
  chart.series.push_back({"D", 3, Mark::x_interval, {1, 2}, {0.5, 0.5}, low, high});
  chart.series.push_back({"E", 4, Mark::y_interval, {1, 2}, {0.5, 0.5}, low, high});
  chart.series.push_back({"F", 9, Mark::box, {1, 2}, {0.9, 0.9}, low, high});
  chart.marked_x = 0.0;
  const auto svg = gnuplot_->draw(chart, kHostile, 100);
  EXPECT_THAT(svg, HasSubstr("role=\"img\""));
  EXPECT_EQ(svg.find("<b>"), std::string::npos);
  EXPECT_NE(svg.find("<text xml:space=\"preserve\">it's &lt;b>"), std::string::npos);
  for (const std::string look : {"--s0", "--s1", "--s2", "--s3", "--s4"}) {
    EXPECT_THAT(svg, HasSubstr(look));
  }
  EXPECT_EQ(svg.find("rgb("), std::string::npos);
  EXPECT_NE(svg.find("<title>F</title>"), std::string::npos);
}

TEST_F(Drawing, IdsAreUniqueAmongAllChartsOfAPage) {
  const auto svg = gnuplot_->draw(two_lines(), "one", 100) + gnuplot_->draw(two_lines(), "two", 100);
  const auto ids = ids_in(svg);
  EXPECT_GT(ids.size(), 4U);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
}

TEST_F(Drawing, TheSameChartGivesTheSameBytes) {
  EXPECT_EQ(Gnuplot().draw(two_lines(), "x", 100), Gnuplot().draw(two_lines(), "x", 100));
}

TEST_F(Drawing, OnePointAndSeriesOfGapsAreNoFaults) {
  const Chart chart{.title = "one",
                    .x_label = "epoch",
                    .series = {{"A", 0, Mark::line, {3}, {0.0}}, {"B", 1, Mark::line, {3}, {std::nan("")}}}};
  EXPECT_THAT(gnuplot_->draw(chart, "one", 100), HasSubstr("</svg>"));
}

}  // namespace ampcf::report
