#include "report/page/sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

namespace ampcf::report {

namespace {

struct SliceText {
  std::string title;
  std::string note;
};

SliceText text_of(const std::string& slice) {
  static const std::map<std::string, SliceText> kTexts{
      {"item_popularity",
       {"by popularity of the held-out item", "tail, middle, head: items that hold a third of all interactions each"}},
      {"user_activity", {"by activity of the user", "thirds of the users, by training items"}},
      {"taste",
       {"by taste of the held-out item", "dominant: most of what the user consumed is of it; lesser: another one"}}};
  const auto found = kTexts.find(slice);
  return found == kTexts.end() ? SliceText{"by " + slice, ""} : found->second;
}

// Names of slices or of the parts of one, in the order in which they first appear.
std::vector<std::string> names(const std::vector<const Subject*>& subjects, const std::string* slice) {
  std::vector<std::string> names;
  for (const auto* const subject : subjects) {
    for (const auto& part : subject->metrics->slices) {
      const auto& name = slice == nullptr ? part.slice : part.part;
      const bool is_wanted = slice == nullptr || part.slice == *slice;
      if (is_wanted && std::find(names.begin(), names.end(), name) == names.end()) {
        names.push_back(name);
      }
    }
  }
  return names;
}

const SlicePart* find(const Metrics& metrics, const std::string& slice, const std::string& part) {
  const auto found = std::find_if(metrics.slices.begin(), metrics.slices.end(), [&](const SlicePart& candidate) {
    return candidate.slice == slice && candidate.part == part;
  });
  return found == metrics.slices.end() ? nullptr : &*found;
}

const Measured* find(const SlicePart& part, const std::string& group, const std::string& name) {
  const auto found = std::find_if(part.figures.begin(), part.figures.end(),
                                  [&](const Measured& figure) { return figure.group == group && figure.name == name; });
  return found == part.figures.end() ? nullptr : &*found;
}

// Subjects beside each other around each part's place.
Chart chart_of(const std::vector<const Subject*>& subjects, const std::string& slice, const std::string& group,
               const std::string& metric) {
  Chart chart{.title = spoken(group, metric) + ", " + text_of(slice).title, .x_label = ""};
  const auto parts = names(subjects, &slice);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    chart.x_ticks.push_back({static_cast<double>(i), parts[i]});
  }
  const double step = 0.6 / static_cast<double>(subjects.size());
  for (std::size_t s = 0; s < subjects.size(); ++s) {
    Series series{subjects[s]->letter(), subjects[s]->number, Mark::y_interval};
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto* const part = find(*subjects[s]->metrics, slice, parts[i]);
      const auto* const figure = part == nullptr ? nullptr : find(*part, group, metric);
      if (figure != nullptr) {
        const auto interval = figure->interval.value_or(evaluation::Interval{figure->value, figure->value});
        series.x.push_back(static_cast<double>(i) +
                           step * (static_cast<double>(s) - 0.5 * static_cast<double>(subjects.size() - 1)));
        series.y.push_back(figure->value);
        series.low.push_back(interval.low);
        series.high.push_back(interval.high);
      }
    }
    if (!series.x.empty()) {
      chart.series.push_back(std::move(series));
    }
  }
  chart.y_limits = {0.0, std::numeric_limits<double>::quiet_NaN()};
  chart.x_limits = {-0.5, static_cast<double>(parts.size()) - 0.5};
  return chart;
}

Html table_of(const std::vector<const Subject*>& subjects, const std::string& at) {
  Table table{text("Users divided by what they are asked"),
              {text("users who are asked for"), text("users"), text("metric")},
              {}};
  for (const auto* const subject : subjects) {
    table.head.push_back(marked_name(*subject));
  }
  for (const auto& slice : names(subjects, nullptr)) {
    for (const auto& part : names(subjects, &slice)) {
      for (const auto& [group, metric] : {std::pair("sampled", "hr"), std::pair("sampled", "ndcg"),
                                          std::pair("full", "hr"), std::pair("full", "ndcg")}) {
        const auto* const first = find(*subjects.front()->metrics, slice, part);
        std::vector<Html> row{text(fmt::format("{}, {}", part, text_of(slice).title)),
                              text(first == nullptr ? "\xE2\x80\x93" : grouped(static_cast<double>(first->users))),
                              text(spoken(group, metric + at))};
        for (const auto* const subject : subjects) {
          const auto* const its = find(*subject->metrics, slice, part);
          const auto* const figure = its == nullptr ? nullptr : find(*its, group, metric + at);
          row.push_back(text(figure == nullptr ? "\xE2\x80\x93" : decimal(figure->value)));
        }
        table.rows.push_back(std::move(row));
      }
    }
  }
  return report::table(table, "Quality by slices");
}

}  // namespace

Section slices_section(const std::vector<Subject>& subjects, Sketchbook& sketchbook) {
  auto all = measured(subjects);
  std::erase_if(all, [](const Subject* subject) { return subject->metrics->slices.empty(); });
  if (all.empty()) {
    return {};
  }
  const auto at = fmt::format("@{}", all.front()->metrics->k);
  std::vector<Html> figures;
  for (const auto& slice : names(all, nullptr)) {
    for (const char* const group : {"full", "sampled"}) {
      figures.push_back(sketchbook.figure(chart_of(all, slice, group, "ndcg" + at), text_of(slice).note));
    }
  }
  Html content =
      paragraph("An average hides whom it fails: rare items, users with little history, tastes beside the main one.");
  content << gallery(figures) << table_of(all, at);
  return {"slices", "The long tail", content};
}

}  // namespace ampcf::report
