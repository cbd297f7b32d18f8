#include "report/page/sections.hpp"

#include "ampcf/evaluation/metrics_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ampcf::report {

namespace {

// Which share of the users lies below each value.
Chart distribution(const std::vector<const Subject*>& subjects) {
  Chart chart{.title = "Taste distance of users (Hellinger)", .x_label = "distance"};
  for (const auto* const subject : subjects) {
    const evaluation::MetricsFile file(subject->metrics->h5);
    if (!file.has("tdd_hellinger")) {
      continue;
    }
    auto values = file.column("tdd_hellinger");
    std::erase_if(values, [](double value) { return std::isnan(value); });
    std::sort(values.begin(), values.end());
    Series series{subject->letter(), subject->number, Mark::line, values, {}};
    for (std::size_t i = 0; i < values.size(); ++i) {
      series.y.push_back(100.0 * static_cast<double>(i + 1) / static_cast<double>(values.size()));
    }
    chart.series.push_back(std::move(series));
  }
  chart.y_limits = {0.0, 101.0};
  return chart;
}

// What any of them has, in the order in which it first appears; recall repeats HR, explanations have their section.
std::vector<std::pair<std::string, std::string>> all_figures(const std::vector<const Subject*>& subjects) {
  std::vector<std::pair<std::string, std::string>> names;
  for (const auto* const subject : subjects) {
    for (const auto& figure : subject->metrics->figures) {
      const std::pair<std::string, std::string> name{figure.group, figure.name};
      const bool is_known = std::find(names.begin(), names.end(), name) != names.end();
      const bool is_elsewhere = figure.group == "explanations" || figure.group == "planted";
      if (!is_known && !is_elsewhere && !figure.name.starts_with("recall@")) {
        names.push_back(name);
      }
    }
  }
  return names;
}

Html figures_table(const std::vector<const Subject*>& subjects) {
  const auto level = subjects.front()->metrics->level;
  Table table{
      text(level > 0.0 ? fmt::format("Below each figure its {:g} % bootstrap interval over users", 100.0 * level)
                       : "Measured without intervals"),
      {text("metric")},
      {}};
  for (const auto* const subject : subjects) {
    table.head.push_back(marked_name(*subject));
  }
  for (const auto& [group, metric] : all_figures(subjects)) {
    std::vector<Html> row{text(spoken(group, metric))};
    for (const auto* const subject : subjects) {
      const auto* const figure = subject->metrics->find(group, metric);
      row.push_back(figure == nullptr ? text("\xE2\x80\x93") : with_interval(*figure));
    }
    table.rows.push_back(std::move(row));
  }
  return report::table(table, "All metrics");
}

}  // namespace

Section metrics_section(const std::vector<Subject>& subjects, Sketchbook& sketchbook) {
  const auto all = measured(subjects);
  if (all.empty()) {
    return {};
  }
  const auto at = fmt::format("@{}", all.front()->metrics->k);
  std::vector<Html> figures;
  for (const char* const group : {"sampled", "full"}) {
    for (const char* const metric : {"hr", "ndcg"}) {
      figures.push_back(sketchbook.figure(forest(all, group, metric + at)));
    }
  }
  figures.push_back(sketchbook.figure(forest(all, "tdd", "hellinger"), "lower: lists mirror what users consumed"));
  figures.push_back(sketchbook.figure(distribution(all), "% of users up to each distance; further left is better"));
  Html content = paragraph(fmt::format(
      "Each user's held-out {} item, ranked among sampled candidates and in the whole catalogue; {} users. An interval "
      "says how far a figure moves with the choice of users, not whether two models differ: for that see the "
      "differences.",
      all.front()->metrics->split, grouped(static_cast<double>(all.front()->metrics->users))));
  content << gallery(figures) << figures_table(all);
  return {"metrics", "Metrics", content};
}

}  // namespace ampcf::report
