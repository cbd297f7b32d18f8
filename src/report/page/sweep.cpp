#include "report/input/sweep.hpp"

#include "report/page/sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace ampcf::report {

namespace {

constexpr std::size_t kMostLines = 200;
constexpr std::size_t kMostRows = 30;

std::vector<const Trial*> ranked(const Sweep& sweep) {
  std::vector<const Trial*> trials;
  for (const auto& trial : sweep.trials) {
    if (trial.is_ranked()) {
      trials.push_back(&trial);
    }
  }
  return trials;
}

// A line through every axis for each trial, the score last; the best tenth, the upper half and the rest look apart.
Chart coordinates(const Sweep& sweep, const std::vector<const Trial*>& trials) {
  Chart chart{.title = "Options of the trials", .x_limits = Limits{-0.2, static_cast<double>(sweep.axes.size()) + 0.2}};
  chart.y_limits = Limits{0.0, 1.0};
  chart.y_ticks = {{0.0, "least"}, {1.0, "greatest"}};
  for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis) {
    chart.x_ticks.push_back({static_cast<double>(axis), sweep.axes[axis].name});
  }
  chart.x_ticks.push_back({static_cast<double>(sweep.axes.size()), "score"});
  const auto score = [&](std::size_t i) { return trials[i]->hr + trials[i]->ndcg; };
  const auto count = std::min(trials.size(), kMostLines);
  const double width = score(0) - score(count - 1);
  const auto best = std::max<std::size_t>(1, count / 10);
  const auto tier = [&](std::size_t i) { return i < best ? 0U : i < (count + 1) / 2 ? 1U : 2U; };
  static constexpr std::array kNames{"best tenth", "upper half", "the rest"};
  static constexpr std::array<std::size_t, 3> kLooks{1, 0, 5};
  for (std::size_t i = count; i-- > 0;) {  // the best on top
    const bool is_first = i + 1 == count || tier(i + 1) != tier(i);
    Series series{is_first ? kNames[tier(i)] : "", kLooks[tier(i)], Mark::line, {}, trials[i]->places};
    series.y.push_back(width > 0.0 ? (score(i) - score(count - 1)) / width : 0.5);
    for (std::size_t x = 0; x < series.y.size(); ++x) {
      series.x.push_back(static_cast<double>(x));
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

Chart importances(const Sweep& sweep) {
  Chart chart{.title = "Importance of each option", .x_label = "share of the variance", .y_label = "option"};
  chart.x_limits = Limits{0.0, 1.0};
  chart.has_key = false;
  Series series{.label = "importance", .look = 0, .mark = Mark::points};
  for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis) {
    const auto place = static_cast<double>(sweep.axes.size() - axis);
    chart.y_ticks.push_back({place, sweep.axes[axis].name});
    series.x.push_back(sweep.axes[axis].importance);
    series.y.push_back(std::isnan(sweep.axes[axis].importance) ? sweep.axes[axis].importance : place);
  }
  chart.y_limits = Limits{0.5, static_cast<double>(sweep.axes.size()) + 0.5};
  chart.series.push_back(std::move(series));
  return chart;
}

Table axes_table(const Sweep& sweep) {
  Table table{text("What was varied"), {text("option"), text("least"), text("greatest"), text("importance")}, {}};
  for (const auto& axis : sweep.axes) {
    table.rows.push_back({name(axis.name), name(axis.low),
                          name(axis.high + (axis.is_logarithmic ? " (log scale)" : "")),
                          text(decimal(axis.importance))});
  }
  return table;
}

Table trials_table(const Sweep& sweep) {
  Table table{text("Trials by HR@10 + NDCG@10 on validation items"),
              {text("rank"), text("trial"), text("state"), text("epochs"), text("HR@10"), text("NDCG@10")},
              {}};
  for (const auto& axis : sweep.axes) {
    table.head.push_back(name(axis.name));
  }
  for (std::size_t i = 0; i < std::min(kMostRows, sweep.trials.size()); ++i) {
    const auto& trial = sweep.trials[i];
    std::vector<Html> row{text(trial.is_ranked() ? std::to_string(i + 1) : "\xE2\x80\x93"),
                          text(std::to_string(trial.number)),
                          text(trial.state),
                          text(std::to_string(trial.epochs)),
                          text(decimal(trial.hr)),
                          text(decimal(trial.ndcg))};
    for (const auto& value : trial.values) {
      row.push_back(name(value));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

Section sweep_section(const std::optional<Sweep>& sweep, Sketchbook& sketchbook) {
  if (!sweep) {
    return {};
  }
  const auto trials = ranked(*sweep);
  Html content =
      paragraph(fmt::format("{} trials ({}), {} of them ranked.", sweep->trials.size(), sweep->method, trials.size()));
  if (!trials.empty()) {
    content << gallery(
        {sketchbook.figure(coordinates(*sweep, trials),
                           "each line is a trial; each axis from its least to its greatest value", axes_table(*sweep)),
         sketchbook.figure(importances(*sweep),
                           "omega squared of a one-way analysis of variance, on the scores of the first "
                           "rung, where all trials have had the same epochs",
                           axes_table(*sweep))});
  }
  content << table(trials_table(*sweep), "Trials");
  return {"sweep", "Sweep", content};
}

}  // namespace ampcf::report
