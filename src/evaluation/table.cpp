#include "ampcf/evaluation/report.hpp"

#include <algorithm>

namespace ampcf::evaluation {

namespace {

bool is_of_slice(const Figure& figure) { return figure.path.front() == "slices"; }

// With one held-out item for each user, recall is the hit rate.
bool is_repetition(const Figure& figure) { return figure.path.back().starts_with("recall@"); }

std::string row_of(const Figure& figure) {
  const auto interval =
      figure.interval ? fmt::format("{:.4f} .. {:.4f}", figure.interval->low, figure.interval->high) : "";
  return fmt::format("  {:<24}{:>12.4f}{:>24}{:>10}\n", figure.path.back(), figure.value, interval, figure.users);
}

// In the order in which they first appear.
std::vector<std::string> groups_of(const std::vector<Figure>& figures) {
  std::vector<std::string> groups;
  for (const auto& figure : figures) {
    const auto& group = figure.path.front();
    if (!is_of_slice(figure) && std::find(groups.begin(), groups.end(), group) == groups.end()) {
      groups.push_back(group);
    }
  }
  return groups;
}

std::string figures_text(const Report& report) {
  const auto& bootstrap = report.options.bootstrap;
  const auto interval = bootstrap.resamples > 0 ? fmt::format("{:g} % interval", 100.0 * bootstrap.level) : "";
  std::string text;
  for (const auto& group : groups_of(report.figures)) {
    text += text.empty() ? fmt::format("{:<26}{:>12}{:>24}{:>10}\n", group, "mean", interval, "users")
                         : "\n" + group + "\n";
    for (const auto& figure : report.figures) {
      text += figure.path.front() == group && !is_repetition(figure) ? row_of(figure) : "";
    }
  }
  return text;
}

// A row for each part with its values alone, a column for each metric that a line of text has room for.
std::string slices_text(const Report& report) {
  std::string protocols;
  std::string metrics;
  std::string rows;
  std::vector<std::string> part;
  for (const auto& figure : report.figures) {
    if (is_of_slice(figure) && !is_repetition(figure) && !figure.path.back().starts_with("mrr@")) {
      const std::vector<std::string> own_part(figure.path.begin(), figure.path.begin() + 3);
      if (own_part != part) {
        rows += fmt::format("\n  {:<22}{:>8}", figure.path[1] + " " + figure.path[2], figure.users);
      }
      if (rows.rfind('\n') == 0) {
        protocols += fmt::format("{:>12}", figure.path[3]);
        metrics += fmt::format("{:>12}", figure.path[4]);
      }
      rows += fmt::format("{:>12.4f}", figure.value);
      part = own_part;
    }
  }
  return rows.empty() ? ""
                      : fmt::format("\n{:<32}{}\n{:<24}{:>8}{}{}\n", "slices", protocols, "", "users", metrics, rows);
}

std::string absences_text(const Report& report) {
  const auto is_absent = [&](const char* group) {
    return std::none_of(report.figures.begin(), report.figures.end(),
                        [&](const Figure& figure) { return figure.path.front() == group; });
  };
  std::string text;
  text += is_absent("sampled") ? "sampled: not measured (no candidates to rank among)\n" : "";
  text += is_absent("full") ? "full: not measured (no held-out items)\n" : "";
  text += is_absent("tdd") ? "tdd: not measured\n" : "";
  return text.empty() ? "" : "\n" + text;
}

}  // namespace

std::string table_text(const Report& report) {
  const auto& subject = report.subject;
  auto text = fmt::format("{} {}\non {}\n{} items: {}{} users, {} items\n\n", subject.kind, subject.name,
                          report.options.data.string(), report.options.split,
                          report.options.users_sample > 0 ? fmt::format("{} of ", subject.asked_users) : "",
                          subject.user_count, subject.item_count);
  text += figures_text(report) + slices_text(report) + absences_text(report);
  for (const auto& [name, count] : subject.unknown) {
    if (count > 0) {
      auto label = name;
      std::replace(label.begin(), label.end(), '_', ' ');
      text += fmt::format("{}: {}\n", label, count);
    }
  }
  return text;
}

}  // namespace ampcf::evaluation
