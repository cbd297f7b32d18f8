#include "report/page/figure.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace ampcf::report {

namespace {

constexpr std::size_t kMostRows = 16;  // of the numbers of a curve

bool is_lying(const Chart& chart) { return !chart.y_ticks.empty(); }  // what is given stands on the y axis

std::string place_name(const std::vector<Tick>& ticks, double place) {
  const auto found =
      std::find_if(ticks.begin(), ticks.end(), [&](const Tick& tick) { return std::abs(tick.place - place) < 0.5; });
  return found == ticks.end() ? fmt::format("{:.6g}", place) : found->label;
}

// "0.4452 (0.4301 to 0.4603)"; of a box its height.
std::string number_text(const Series& series, std::size_t i, bool is_lying) {
  if (series.mark == Mark::box) {
    return fmt::format("{:.4g}", series.high[i] - series.low[i]);
  }
  const auto value = is_lying ? series.x[i] : series.y[i];
  const auto text = std::isnan(value) ? "\xE2\x80\x93" : fmt::format("{:.5g}", value);
  return series.low.empty() || std::isnan(series.low[i])
             ? text
             : fmt::format("{} ({:.5g} to {:.5g})", text, series.low[i], series.high[i]);
}

// Rounded places are the same place: series of a slice stand beside each other, not in one column.
double place_of(const Chart& chart, const Series& series, std::size_t i) {
  const double place = is_lying(chart) ? series.y[i] : series.x[i];
  return chart.x_ticks.empty() && chart.y_ticks.empty() ? place : std::round(place);
}

// At most kMostRows of them, the first and the last among them.
std::vector<double> selected(const std::set<double>& places) {
  const std::vector<double> all(places.begin(), places.end());
  if (all.size() <= kMostRows) {
    return all;
  }
  std::vector<double> some;
  for (std::size_t i = 0; i < kMostRows; ++i) {
    some.push_back(all[i * (all.size() - 1) / (kMostRows - 1)]);
  }
  return some;
}

std::string described(const Chart& chart) {
  std::vector<std::string> labels;
  for (const auto& series : chart.series) {
    labels.push_back(series.label);
  }
  return fmt::format("{}: chart of {}; its numbers follow as a table", chart.title, fmt::join(labels, ", "));
}

// The value at each place that the series has: curves have places of their own.
std::map<double, std::string> by_place(const Chart& chart, const Series& series) {
  std::map<double, std::string> found;
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    found.emplace(place_of(chart, series, i), number_text(series, i, is_lying(chart)));
  }
  return found;
}

}  // namespace

Html Sketchbook::figure(const Chart& chart, const std::string& note) {
  return chart.empty() ? Html() : figure(chart, note, numbers(chart));
}

Html Sketchbook::figure(const Chart& chart, const std::string& note, const Table& table) {
  if (chart.empty()) {
    return {};
  }
  Html caption = element("strong", text(chart.title));
  if (!note.empty()) {
    caption << Html::markup(" ") << element("span", text(note));
  }
  Html content = element("figcaption", caption);
  content << Html::markup(gnuplot_.draw(chart, described(chart), most_points_));
  Html details = Html::markup("<summary>Numbers</summary>");
  details << report::table(table, "Numbers of: " + chart.title);
  content << element("details", details);
  return element("figure", content);
}

Html gallery(const std::vector<Html>& figures) {
  Html content;
  for (const auto& figure : figures) {
    content << figure;
  }
  return content.empty() ? content : element("div", content, {{"class", "gallery"}});
}

Table numbers(const Chart& chart) {
  Table table{{}, {text(chart.x_label)}, {}};
  if (is_lying(chart)) {
    table.head.front() = text("");
  }
  std::set<double> places;
  std::vector<std::map<double, std::string>> columns;
  for (const auto& series : chart.series) {
    table.head.push_back(text(series.label));
    columns.push_back(by_place(chart, series));
    for (const auto& [place, value] : columns.back()) {
      places.insert(place);
    }
  }
  const auto& ticks = is_lying(chart) ? chart.y_ticks : chart.x_ticks;
  for (const auto place : ticks.empty() ? selected(places) : std::vector<double>(places.begin(), places.end())) {
    std::vector<Html> row{text(place_name(ticks, place))};
    for (const auto& column : columns) {
      const auto found = column.find(place);
      row.push_back(text(found == column.end() ? "" : found->second));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

Html mark(const Subject& subject) {
  Html content = element("span", text(glyph(subject.number)), {{"aria-hidden", "true"}});
  content << text(" " + subject.letter());
  return element("span", content, {{"class", fmt::format("mark s{}", subject.number % kLooks)}});
}

Html marked_name(const Subject& subject) {
  Html content = mark(subject);
  content << Html::markup(" ") << name(subject.label);
  return content;
}

Chart forest(const std::vector<const Subject*>& subjects, const std::string& group, const std::string& name) {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  Chart chart{.title = spoken(group, name), .x_label = "", .has_key = false};
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    const auto place = static_cast<double>(subjects.size() - i);
    chart.y_ticks.push_back({place, subjects[i]->letter()});
    if (const auto* const figure = subjects[i]->metrics->find(group, name)) {
      const auto interval = figure->interval.value_or(evaluation::Interval{kUnknown, kUnknown});
      chart.series.push_back({subjects[i]->letter(),
                              subjects[i]->number,
                              figure->interval ? Mark::x_interval : Mark::points,
                              {figure->value},
                              {place},
                              {interval.low},
                              {interval.high}});
    }
  }
  chart.y_limits = {0.4, static_cast<double>(subjects.size()) + 0.6};
  return chart;
}

Html with_interval(const Measured& figure) {
  Html content = text(decimal(figure.value));
  if (figure.interval) {
    content << Html::markup("<br>")
            << element("small", text(decimal(figure.interval->low) + " to " + decimal(figure.interval->high)));
  }
  return content;
}

Html paragraph(std::string_view words) { return element("p", text(words)); }

std::string decimal(double value) {
  const int decimals = std::abs(value) < 10.0 ? 4 : std::abs(value) < 100.0 ? 2 : 1;
  return std::isnan(value) ? "\xE2\x80\x93" : fmt::format("{:.{}f}", value, decimals);
}

std::string signed_decimal(double value) {
  return fmt::format("{}{:.4f}", value < 0.0 ? "\xE2\x88\x92" : "+", std::abs(value));
}

std::string grouped(double value) {
  if (std::isnan(value)) {
    return "\xE2\x80\x93";
  }
  auto text = fmt::format("{:.0f}", value);
  for (auto place = static_cast<std::ptrdiff_t>(text.size()) - 3; place > (value < 0.0 ? 1 : 0); place -= 3) {
    text.insert(static_cast<std::size_t>(place), ",");
  }
  return text;
}

std::string probability(double value) { return value < 0.0001 ? "< 0.0001" : fmt::format("{:.4f}", value); }

std::string spoken(const std::string& group, const std::string& name) {
  static const std::map<std::string, std::string> kNames{
      {"hr", "HR"}, {"ndcg", "NDCG"}, {"mrr", "MRR"}, {"js", "Jensen-Shannon"}, {"hellinger", "Hellinger"}};
  static const std::map<std::string, std::string> kGroups{
      {"full", "full ranking"}, {"sampled", "sampled candidates"}, {"tdd", "taste distance"}};
  const auto at = name.find('@');
  const auto known = kNames.find(name.substr(0, at));
  const auto of_group = kGroups.find(group);
  auto text =
      (known == kNames.end() ? name.substr(0, at) : known->second) + (at == std::string::npos ? "" : name.substr(at));
  std::replace(text.begin(), text.end(), '_', ' ');
  return of_group == kGroups.end() ? text : text + ", " + of_group->second;
}

}  // namespace ampcf::report
