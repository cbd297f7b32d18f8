#include "report/page/sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>

namespace ampcf::report {

namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

double median(std::vector<double> values) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  if (values.empty()) {
    return kUnknown;
  }
  std::sort(values.begin(), values.end());
  const auto middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2.0;
}

double mean(const std::vector<double>& values) {
  double sum = 0.0;
  std::size_t count = 0;
  for (const double value : values) {
    sum += std::isnan(value) ? 0.0 : value;
    count += std::isnan(value) ? 0 : 1;
  }
  return count == 0 ? kUnknown : sum / static_cast<double>(count);
}

// Milliseconds of a step in each epoch: its positives, which config.ini says, over their rate.
std::vector<double> step_milliseconds(const Run& run) {
  const auto text = run.option("batch-size");
  double batch = 0.0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), batch);
  std::vector<double> times;
  if (fault == std::errc() && end == text.data() + text.size()) {
    for (const double rate : run.column("examples_per_second")) {
      times.push_back(rate > 0.0 ? 1000.0 * batch / rate : kUnknown);
    }
  }
  return times;
}

// Mean seconds of an epoch, by what they are spent on. NaN: the log does not say.
struct Parts {
  double work = kUnknown;
  double waiting = kUnknown;
  double validation = kUnknown;
  double checkpoints = kUnknown;
};

Parts parts_of(const Run& run) {
  const auto& training = run.column("training_seconds");
  const auto& share = run.column("waiting_share");
  std::vector<double> waiting;
  for (std::size_t i = 0; i < std::min(training.size(), share.size()); ++i) {
    waiting.push_back(training[i] * share[i]);
  }
  Parts parts{mean(training), mean(waiting), mean(run.column("validation_seconds")),
              mean(run.column("checkpoint_seconds"))};
  parts.work -= std::isnan(parts.waiting) ? 0.0 : parts.waiting;
  return parts;
}

Chart curves(const std::vector<const Subject*>& runs, const std::string& title, const std::string& column,
             double factor = 1.0) {
  Chart chart{.title = title, .x_label = "epoch"};
  for (const auto* const subject : runs) {
    auto values = column.empty() ? step_milliseconds(*subject->run) : subject->run->column(column);
    if (!values.empty()) {
      for (auto& value : values) {
        value *= factor;
      }
      chart.series.push_back({subject->letter(), subject->number, Mark::line, subject->run->log.at("epoch"), values});
    }
  }
  chart.y_limits = {column == "imbalance" ? 1.0 : 0.0, kUnknown};
  return chart;
}

// Colours are those that few runs have: here they stand for parts of the time.
Chart breakdown(const std::vector<const Subject*>& runs) {
  const std::vector<std::pair<const char*, double Parts::*>> names{{"work", &Parts::work},
                                                                   {"waiting", &Parts::waiting},
                                                                   {"validation", &Parts::validation},
                                                                   {"checkpoints", &Parts::checkpoints}};
  Chart chart{.title = "Seconds of an epoch", .x_label = ""};
  std::vector<double> base(runs.size(), 0.0);
  for (std::size_t part = 0; part < names.size(); ++part) {
    Series series{names[part].first, kLooks / 2 + part, Mark::box};
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const double height = parts_of(*runs[i]->run).*names[part].second;
      if (!std::isnan(height)) {
        series.x.push_back(static_cast<double>(i + 1));
        series.low.push_back(base[i]);
        base[i] += height;
        series.high.push_back(base[i]);
        series.y.push_back(base[i]);
      }
    }
    if (!series.x.empty()) {
      chart.series.push_back(std::move(series));
    }
  }
  for (std::size_t i = 0; i < runs.size(); ++i) {
    chart.x_ticks.push_back({static_cast<double>(i + 1), runs[i]->letter()});
  }
  chart.x_limits = {0.3, static_cast<double>(runs.size()) + 0.7};
  chart.y_limits = {0.0, 1.05 * std::max(1e-9, *std::max_element(base.begin(), base.end()))};
  return chart;
}

std::string optional(double value, const char* form) {
  return std::isnan(value) ? "\xE2\x80\x93" : fmt::format(fmt::runtime(form), value);
}

std::vector<Html> row_of(const Subject& subject) {
  const auto& run = *subject.run;
  const auto& seconds = run.column("seconds");
  return {marked_name(subject),
          text(grouped(median(run.column("examples_per_second")))),
          text(optional(median(step_milliseconds(run)), "{:.3f}")),
          text(optional(100.0 * median(run.column("waiting_share")), "{:.1f} %")),
          text(optional(median(run.column("imbalance")), "{:.3f}")),
          text(grouped(median(run.column("bytes_per_step")))),
          text(optional(seconds.empty() ? kUnknown : std::accumulate(seconds.begin(), seconds.end(), 0.0), "{:.1f}"))};
}

}  // namespace

Section speed_section(const std::vector<Subject>& subjects, Sketchbook& sketchbook) {
  auto runs = trained(subjects);
  std::erase_if(runs, [](const Subject* subject) { return subject->run->epoch_count() == 0; });
  if (runs.empty()) {
    return {};
  }
  Html content = gallery(
      {sketchbook.figure(breakdown(runs), "mean over epochs; waiting: for other ranks, mean over ranks"),
       sketchbook.figure(curves(runs, "Milliseconds per step", "")),
       sketchbook.figure(curves(runs, "Waiting for other ranks, %", "waiting_share", 100.0),
                         "of the time of all steps"),
       sketchbook.figure(curves(runs, "Imbalance", "imbalance"), "busiest rank's work over the mean; 1 is even"),
       sketchbook.figure(curves(runs, "Positives per second", "examples_per_second", 1e-3),
                         "in thousands, all ranks")});
  Table table{text("Medians over epochs; total: of all epochs, with validation and checkpoints"),
              {text("run"), text("positives/s"), text("ms/step"), text("waiting"), text("imbalance"),
               text("bytes/step from other nodes"), text("total, s")},
              {}};
  for (const auto* const subject : runs) {
    table.rows.push_back(row_of(*subject));
  }
  content << report::table(table, "Speed of the runs");
  return {"speed", "Speed", content};
}

}  // namespace ampcf::report
