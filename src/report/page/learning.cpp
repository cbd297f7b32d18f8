#include "report/page/sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ampcf::report {

namespace {

Chart curves(const std::vector<const Subject*>& runs, const std::string& title, const std::string& column) {
  Chart chart{.title = title, .x_label = "epoch"};
  for (const auto* const subject : runs) {
    const auto& values = subject->run->column(column);
    if (!values.empty()) {
      chart.series.push_back({subject->letter(), subject->number, Mark::line, subject->run->log.at("epoch"), values});
    }
  }
  return chart;
}

// The place of the greatest sum, as best.h5 is chosen; the first of equals.
std::size_t best_row(const std::vector<double>& hr, const std::vector<double>& ndcg) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < hr.size(); ++i) {
    best = std::isnan(hr[best] + ndcg[best]) || hr[i] + ndcg[i] > hr[best] + ndcg[best] ? i : best;
  }
  return best;
}

std::vector<Html> row_of(const Subject& subject) {
  const auto& run = *subject.run;
  const auto& epochs = run.log.at("epoch");
  const auto& ndcg = run.column("validation_ndcg");
  const auto& hr = run.column("validation_hr");
  const auto& loss = run.column("loss");
  std::vector<Html> row{marked_name(subject), text(grouped(static_cast<double>(epochs.size())))};
  if (ndcg.empty() || hr.empty()) {
    row.insert(row.end(), 3, text("\xE2\x80\x93"));
  } else {
    const auto best = best_row(hr, ndcg);
    row.push_back(text(grouped(epochs[best])));
    row.push_back(text(decimal(hr[best])));
    row.push_back(text(decimal(ndcg[best])));
  }
  row.push_back(text(loss.empty() ? "\xE2\x80\x93" : decimal(loss.back())));
  return row;
}

}  // namespace

Section learning_section(const std::vector<Subject>& subjects, Sketchbook& sketchbook) {
  const auto runs = trained(subjects);
  if (runs.empty()) {
    return {};
  }
  Html content = gallery({sketchbook.figure(curves(runs, "Validation NDCG@10", "validation_ndcg")),
                          sketchbook.figure(curves(runs, "Validation HR@10", "validation_hr")),
                          sketchbook.figure(curves(runs, "Loss", "loss"), "ranking loss and entropies, weighted"),
                          sketchbook.figure(curves(runs, "Ranking loss", "loss_data"), "sampled softmax alone"),
                          sketchbook.figure(curves(runs, "Entropy on positives", "entropy_positive"),
                                            "low: one persona answers for what a user consumed"),
                          sketchbook.figure(curves(runs, "Entropy on negatives", "entropy_negative"),
                                            "high: no persona claims what the user left aside")});
  Table table{text("Best epochs on validation items, by HR@10 + NDCG@10"),
              {text("run"), text("epochs"), text("best"), text("HR@10"), text("NDCG@10"), text("last loss")},
              {}};
  for (const auto* const subject : runs) {
    table.rows.push_back(row_of(*subject));
  }
  content << report::table(table, "Best epochs");
  return {"learning", "Learning", content};
}

}  // namespace ampcf::report
