#include "report/page/sections.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ampcf::report {

namespace {

std::string kind_of(const Subject& subject) {
  if (subject.run) {
    const auto& run = *subject.run;
    return run.best ? fmt::format("AMP-CF, {} persona{}, d = {}", run.best->personas,
                                  run.best->personas == 1 ? "" : "s", run.best->dim)
                    : "AMP-CF, no checkpoint yet";
  }
  return subject.metrics->kind;
}

std::string value_of(const Subject& subject, const std::string& group, const std::string& name) {
  const auto* const figure = subject.metrics ? subject.metrics->find(group, name) : nullptr;
  return figure == nullptr ? "\xE2\x80\x93" : decimal(figure->value);
}

// Options that any run has, in the order in which they first appear.
std::vector<std::string> all_options(const std::vector<const Subject*>& runs) {
  std::vector<std::string> names;
  for (const auto* const subject : runs) {
    for (const auto& [name, value] : subject->run->options) {
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        names.push_back(name);
      }
    }
  }
  return names;
}

Html options_table(const std::vector<const Subject*>& runs, bool differ) {
  Table table{{}, {text("option")}, {}};
  for (const auto* const subject : runs) {
    table.head.push_back(marked_name(*subject));
  }
  for (const auto& option : all_options(runs)) {
    const auto is_other = [&](const Subject* subject) {
      return subject->run->option(option) != runs.front()->run->option(option);
    };
    if (std::any_of(runs.begin(), runs.end(), is_other) == differ) {
      std::vector<Html> row{name(option)};
      for (const auto* const subject : runs) {
        row.push_back(name(subject->run->option(option)));
      }
      table.rows.push_back(std::move(row));
    }
  }
  return table.rows.empty() ? Html() : report::table(table, differ ? "Options that differ" : "Options that agree");
}

}  // namespace

Section overview_section(const std::vector<Subject>& subjects) {
  if (subjects.empty()) {
    return {};
  }
  const auto all = measured(subjects);
  const auto at = all.empty() ? std::string() : fmt::format("@{}", all.front()->metrics->k);
  const std::vector<std::pair<std::string, std::string>> figures{{"sampled", "hr" + at},
                                                                 {"sampled", "ndcg" + at},
                                                                 {"full", "hr" + at},
                                                                 {"full", "ndcg" + at},
                                                                 {"tdd", "hellinger"}};
  Table table{text(all.empty() ? "Nothing was evaluated" : "Evaluated on " + all.front()->metrics->split + " items"),
              {text("model"), text("kind")},
              {}};
  for (const auto& [group, metric] : figures) {
    if (!all.empty()) {
      table.head.push_back(text(spoken(group, metric)));
    }
  }
  table.head.push_back(text("from"));
  for (const auto& subject : subjects) {
    std::vector<Html> row{marked_name(subject), text(kind_of(subject))};
    for (const auto& [group, metric] : figures) {
      if (!all.empty()) {
        row.push_back(text(value_of(subject, group, metric)));
      }
    }
    row.push_back(name(subject.run ? subject.run->path.string() : subject.metrics->json.string()));
    table.rows.push_back(std::move(row));
  }
  return {"overview", "At a glance", report::table(table, "Overview")};
}

Section options_section(const std::vector<Subject>& subjects) {
  const auto runs = trained(subjects);
  if (runs.empty()) {
    return {};
  }
  Html content = options_table(runs, true);
  const auto same = options_table(runs, false);
  if (!same.empty()) {
    Html details = Html::markup("<summary>Options that all runs share</summary>");
    content << (runs.size() > 1 ? element("details", details << same) : same);
  }
  return {"options", "Options", content};
}

}  // namespace ampcf::report
