#include "report/chart/chart.hpp"

#include "report/chart/thinning.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace ampcf::report {

namespace {

constexpr int kWidth = 400;  // of the drawing, in pixels at its natural size: three beside each other on a desktop
constexpr int kHeight = 250;
constexpr std::size_t kSeriesInLineOfKey = 5;
constexpr std::size_t kNamesOnAxis = 8;
constexpr std::size_t kPointsOnLine = 7;
constexpr double kMostTicks = 6.0;  // of x: labels as wide as -0.035 keep apart

// Of gnuplot's svg terminal: dash, filled or open point, and hatching, in the order of the colours.
struct Look {
  const char* glyph;
  int point;
  const char* dash;
  int hatching;
  Colour colour;
};

constexpr std::array<Look, kLooks> kLook{{
    {"\xE2\x97\x8F", 7, "solid", 3, {"#0072B2", "var(--s0)"}},           // circle, blue
    {"\xE2\x96\xA0", 5, "(12,5)", 4, {"#D55E00", "var(--s1)"}},          // square, vermilion
    {"\xE2\x96\xB2", 9, "(3,4)", 1, {"#009E73", "var(--s2)"}},           // triangle, bluish green
    {"\xE2\x97\x86", 13, "(12,4,3,4)", 2, {"#CC79A7", "var(--s3)"}},     // diamond, reddish purple
    {"\xE2\x96\xBC", 11, "(18,6)", 5, {"#E69F00", "var(--s4)"}},         // triangle down, orange
    {"\xE2\x97\x8B", 6, "(6,3)", 6, {"#56B4E9", "var(--s5)"}},           // open circle, sky blue
    {"\xE2\x96\xA1", 4, "(12,4,3,4,3,4)", 7, {"#F0E442", "var(--s6)"}},  // open square, yellow
    {"\xE2\x96\xB3", 8, "(2,2)", 0, {"#010101", "var(--s7)"}},           // open triangle, black
}};

// Beyond the eighth colours come again, with another dash, point and hatching: 24 pairs of colour and shape.
Look look_of(std::size_t number) {
  auto look = kLook[(number + 3 * (number / kLooks)) % kLooks];
  look.colour = kLook[number % kLooks].colour;
  return look;
}

// Room for every line of the key and every name on the y axis.
int height_of(const Chart& chart) {
  const auto lines = chart.has_key ? (chart.series.size() + kSeriesInLineOfKey - 1) / kSeriesInLineOfKey : 0;
  const auto names = std::max(chart.y_ticks.size(), kNamesOnAxis) - kNamesOnAxis;
  return kHeight + 20 * static_cast<int>(std::max<std::size_t>(lines, 1) - 1) + 15 * static_cast<int>(names);
}

std::string in_quotes(const std::string& text) {
  std::string quoted = "'";
  for (const char letter : text) {
    const bool is_control = static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F;
    quoted += letter == '\'' ? "''" : std::string(1, is_control ? ' ' : letter);
  }
  return quoted + "'";
}

std::string number(double value) { return std::isfinite(value) ? fmt::format("{:.6g}", value) : "NaN"; }

std::string ticks(const char* axis, const std::vector<Tick>& ticks) {
  std::string list;
  for (const auto& tick : ticks) {
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", in_quotes(tick.label), number(tick.place));
  }
  return list.empty() ? "" : fmt::format("set {}tics ({})\n", axis, list);
}

// A step of 1, 2 or 5 that divides the span into at most `most` parts.
double step_of(double span, double most) {
  const double power = std::pow(10.0, std::floor(std::log10(span / most)));
  for (const double step : {1.0, 2.0, 5.0}) {
    if (span / (step * power) <= most) {
      return step * power;
    }
  }
  return 10.0 * power;
}

// What is drawn along x spans this.
Limits span_of_x(const Chart& chart) {
  Limits span{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  const auto take = [&](const std::vector<double>& values) {
    for (const double value : values) {
      if (std::isfinite(value)) {
        span = {std::min(span.first, value), std::max(span.second, value)};
      }
    }
  };
  for (const auto& series : chart.series) {
    take(series.x);
    if (series.mark == Mark::x_interval) {
      take(series.low);
      take(series.high);
    }
  }
  if (chart.marked_x) {
    take({*chart.marked_x});
  }
  return span;
}

// gnuplot would let x begin and end at a tick, far from the data, and crowd the ticks.
std::string x_axis(const Chart& chart) {
  if (chart.x_limits || !chart.x_ticks.empty()) {
    return "";
  }
  const auto [low, high] = span_of_x(chart);
  const double width = high > low ? high - low : std::max(1.0, std::abs(low));
  const double margin = chart.y_ticks.empty() ? 0.015 * width : 0.06 * width;
  return fmt::format("set xrange [{}:{}]\nset xtics {}\n", number(low - margin), number(high + margin),
                     number(step_of(width, kMostTicks)));
}

std::string end_of(double limit) { return std::isnan(limit) ? "*" : number(limit); }

std::string limits(const char* axis, const std::optional<Limits>& limits) {
  return limits ? fmt::format("set {}range [{}:{}]\n", axis, end_of(limits->first), end_of(limits->second)) : "";
}

// A block of data: x y low high.
std::string data_of(const Series& series, std::size_t block, std::size_t most_points) {
  auto text = fmt::format("$series{} << END\n", block);
  for (const auto i : thinned(series.x, series.y, most_points)) {
    const bool has_interval = !series.low.empty();
    text += fmt::format("{} {} {} {}\n", number(series.x[i]), number(series.y[i]),
                        has_interval ? number(series.low[i]) : "NaN", has_interval ? number(series.high[i]) : "NaN");
  }
  return text + "END\n";
}

// Points are few and not at the same places of every line, so that lines that cross stay apart.
std::string line_style(const Series& series, std::size_t most_points) {
  const auto look = look_of(series.look);
  const auto count = std::min(series.x.size(), most_points);
  return fmt::format("using 1:2 with linespoints linewidth 2 dashtype {} pointtype {} pointsize 0.7 pointinterval {}",
                     look.dash, look.point, std::max<std::size_t>(1, count / (kPointsOnLine + series.look % 3)));
}

std::string style(const Series& series, std::size_t most_points) {
  const auto point = look_of(series.look).point;
  switch (series.mark) {
    case Mark::line:
      return line_style(series, most_points);
    case Mark::points:
      return fmt::format("using 1:2 with points pointtype {} pointsize 0.8 linewidth 1.5", point);
    case Mark::x_interval:
      return fmt::format("using 1:2:3:4 with xerrorbars pointtype {} pointsize 0.9 linewidth 2", point);
    case Mark::y_interval:
      return fmt::format("using 1:2:3:4 with yerrorbars pointtype {} pointsize 0.9 linewidth 2", point);
    case Mark::box:
      return fmt::format("using 1:2:($1-0.32):($1+0.32):3:4 with boxxyerror fillstyle pattern {} linewidth 1",
                         look_of(series.look).hatching);
  }
  return "";
}

std::string settings(const Chart& chart) {
  auto text = fmt::format(
      "set terminal svg size {},{} dynamic noenhanced font 'sans-serif,13' fontscale 1\n"
      "set encoding utf8\nset datafile missing 'NaN'\nset border 3 linecolor rgb 'black'\n"
      "set tics nomirror out scale 0.5\nset grid {} linecolor rgb 'gray' linewidth 0.7 dashtype solid\n"
      "set xlabel {} offset 0,0.3\nset key outside top left horizontal Left reverse samplen 2.5 width 1\n"
      "set autoscale yfix\nset offsets 0,0,graph 0.06,graph {}\nset errorbars 1\n",
      kWidth, height_of(chart), chart.y_ticks.empty() ? "ytics" : "xtics", in_quotes(chart.x_label),
      chart.y_limits ? 0.0 : 0.04);
  text += ticks("x", chart.x_ticks) + ticks("y", chart.y_ticks);
  text += x_axis(chart) + limits("x", chart.x_limits) + limits("y", chart.y_limits);
  if (chart.marked_x) {
    text += fmt::format("set arrow from first {0},graph 0 to first {0},graph 1 nohead linecolor rgb 'black'\n",
                        number(*chart.marked_x));
  }
  return text + (chart.has_key ? "" : "unset key\n");
}

}  // namespace

bool Chart::empty() const {
  const auto has_number = [](const Series& one) {
    return std::any_of(one.y.begin(), one.y.end(), [](double y) { return std::isfinite(y); });
  };
  return std::none_of(series.begin(), series.end(), has_number);
}

const char* glyph(std::size_t look) { return look_of(look).glyph; }

Colour colour(std::size_t look) { return look_of(look).colour; }

std::string script(const Chart& chart, std::size_t most_points) {
  auto text = settings(chart);
  std::string plots;
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    const auto& series = chart.series[i];
    text += data_of(series, i, most_points);
    plots += fmt::format("{}$series{} {} linecolor rgb '{}' title {}", i == 0 ? "plot " : ", ", i,
                         style(series, most_points), look_of(series.look).colour.in_script, in_quotes(series.label));
  }
  return text + plots + "\n";
}

}  // namespace ampcf::report
