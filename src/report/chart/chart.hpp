#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ampcf::report {

/// How a series is drawn: a line with sparse points, points alone, points with an interval along x or y, or boxes from
/// low to high.
enum class Mark { line, points, x_interval, y_interval, box };

/// Numbers that belong together. NaN is a gap.
struct Series {
  std::string label;
  std::size_t look = 0;  // colour, dash, point and hatching: see Look
  Mark mark = Mark::line;
  std::vector<double> x{};
  std::vector<double> y{};
  std::vector<double> low{};   // of intervals and boxes, as long as x
  std::vector<double> high{};  // likewise
};

/// A name at a place of an axis.
struct Tick {
  double place;
  std::string label;
};

/// From and to; NaN at an end leaves it to the data.
using Limits = std::pair<double, double>;

/// A chart, independent of what draws it.
struct Chart {
  std::string title;
  std::string x_label{};
  std::string y_label{};        // of the table of its numbers; charts say it in their title
  std::vector<Tick> x_ticks{};  // in place of numbers
  std::vector<Tick> y_ticks{};  // likewise
  std::optional<Limits> x_limits{};
  std::optional<Limits> y_limits{};
  std::optional<double> marked_x{};  // a thin line across, as at "no difference"
  bool has_key = true;
  std::vector<Series> series{};

  [[nodiscard]] bool empty() const;  // no number in it
};

/// Colours after Okabe and Ito (Color Universal Design, 2008), told apart without colour by dash, point and hatching;
/// of greater numbers the colours come again, with other dashes, points and hatchings.
inline constexpr std::size_t kLooks = 8;

/// The point of a look as a character, for text beside charts.
[[nodiscard]] const char* glyph(std::size_t look);

/// The colour that the script of a chart names for a look, and what the page calls it.
struct Colour {
  const char* in_script;
  const char* in_page;
};
[[nodiscard]] Colour colour(std::size_t look);

/// A script for gnuplot 5.4 that prints the chart as SVG. Curves of more than `most_points` are thinned.
[[nodiscard]] std::string script(const Chart& chart, std::size_t most_points);

}  // namespace ampcf::report
