#include "report/page/sections.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ampcf::report {

namespace {

using evaluation::ComparedMetric;
using evaluation::Comparison;
using evaluation::PairedDifference;

// "full_hr@10:taste:lesser" as people say it.
std::string spoken_column(const std::string& column) {
  const auto group_end = column.find('_');
  const auto colon = column.find(':');
  auto text = group_end == std::string::npos
                  ? column
                  : spoken(column.substr(0, group_end), column.substr(group_end + 1, colon - group_end - 1));
  if (colon != std::string::npos) {
    auto part = column.substr(colon + 1);
    std::replace(part.begin(), part.end(), '_', ' ');
    text += " (" + part.replace(part.find(':'), 1, ": ") + ")";
  }
  return text;
}

// 1: more is better, -1: less is, 0: neither is.
int direction(const std::string& column) {
  const auto is_of = [&](const char* group) { return column.starts_with(group); };
  return is_of("sampled_") || is_of("full_") ? 1 : is_of("tdd_") || is_of("lists_miscalibration") ? -1 : 0;
}

std::string verdict(const std::string& column, const PairedDifference& difference, double level) {
  const bool is_shown = difference.bootstrap_holm < 1.0 - level && difference.wilcoxon_holm < 1.0 - level;
  const bool is_either = difference.bootstrap_holm < 1.0 - level || difference.wilcoxon_holm < 1.0 - level;
  if (!is_shown) {
    return is_either ? "the tests disagree" : "no difference shown";
  }
  const int good = direction(column) * (difference.mean > 0.0 ? 1 : -1);
  return good > 0 ? "better" : good < 0 ? "worse" : difference.mean > 0.0 ? "more" : "less";
}

Chart forest(const std::vector<const Subject*>& subjects, const ComparedMetric& metric) {
  Chart chart{.title = spoken_column(metric.name), .x_label = "", .marked_x = 0.0, .has_key = false};
  for (std::size_t i = 1; i < subjects.size(); ++i) {
    const auto place = static_cast<double>(subjects.size() - i);
    chart.y_ticks.push_back({place, subjects[i]->letter()});
    if (metric.values[i] && metric.values[i]->difference) {
      const auto& difference = *metric.values[i]->difference;
      chart.series.push_back({subjects[i]->letter(),
                              subjects[i]->number,
                              Mark::x_interval,
                              {difference.mean},
                              {place},
                              {difference.interval.low},
                              {difference.interval.high}});
    }
  }
  chart.y_limits = {0.4, static_cast<double>(subjects.size()) - 0.4};
  return chart;
}

std::vector<Html> row_of(const Subject& subject, const std::string& metric, const evaluation::ComparedValue& value,
                         double level) {
  const auto& difference = *value.difference;
  Html head = mark(subject);
  head << text(" " + spoken_column(metric));
  return {head,
          text(decimal(value.mean)),
          text(signed_decimal(difference.mean)),
          text(signed_decimal(difference.interval.low) + " to " + signed_decimal(difference.interval.high)),
          text(probability(difference.bootstrap_holm)),
          text(probability(difference.wilcoxon_holm)),
          text(grouped(static_cast<double>(difference.users))),
          text(verdict(metric, difference, level))};
}

Html table_of(const std::vector<const Subject*>& subjects, const Comparison& comparison) {
  Table table{text(fmt::format("Differences to {} ({}): {:g} % bootstrap intervals and probabilities of no difference, "
                               "both with Holm's correction over this table; better or worse where both tests say so",
                               subjects.front()->letter(), shortened(subjects.front()->label, 40),
                               100.0 * comparison.bootstrap.level)),
              {text("metric"), text("mean"), text("difference"), text("interval"), text("p bootstrap"),
               text("p Wilcoxon"), text("users"), text("verdict")},
              {}};
  for (const auto& metric : comparison.metrics) {
    for (std::size_t i = 1; i < subjects.size(); ++i) {
      if (metric.values[i] && metric.values[i]->difference) {
        table.rows.push_back(row_of(*subjects[i], metric.name, *metric.values[i], comparison.bootstrap.level));
      }
    }
  }
  return report::table(table, "Differences");
}

}  // namespace

Section differences_section(const std::vector<Subject>& subjects, const Comparison& comparison,
                            Sketchbook& sketchbook) {
  const auto all = measured(subjects);
  if (all.size() < 2 || comparison.metrics.empty()) {
    return {};
  }
  std::vector<Html> figures;
  for (const auto& metric : comparison.metrics) {
    const bool is_better_low = direction(metric.name) < 0;
    figures.push_back(sketchbook.figure(forest(all, metric), is_better_low ? "left of the line is better"
                                                             : direction(metric.name) > 0
                                                                 ? "right of the line is better"
                                                                 : ""));
  }
  Html first = text("Every model less ");
  first << marked_name(*all.front())
        << text(fmt::format(", user by user: what differs between users weighs equally on both sides and cancels. {} "
                            "resamples of the users.",
                            grouped(static_cast<double>(comparison.bootstrap.resamples))));
  Html content = element("p", first);
  content << gallery(figures) << table_of(all, comparison);
  return {"differences", "Differences", content};
}

}  // namespace ampcf::report
