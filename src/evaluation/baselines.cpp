#include "ampcf/evaluation/baselines.hpp"

#include "ampcf/core/error.hpp"

#include <algorithm>

namespace ampcf::evaluation {

std::string Baselines::names() const {
  std::string names;
  for (const auto& row : rows) {
    names += (names.empty() ? "" : "|") + row.name;
  }
  return names;
}

const Baseline& Baselines::find(const std::string& name) const {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.name == name; });
  if (found == rows.end()) {
    throw UsageError("--baseline: '{}' is unknown: expected {} (matrix factorisation: ampcf-train --personas 1)", name,
                     names());
  }
  return *found;
}

void Baselines::check(const config::OptionTable& table, const std::string& name) const {
  for (const auto& row : rows) {
    if (row.name != name) {
      table.refuse_given(row.options, "is an option of --baseline " + row.name);
    }
  }
}

}  // namespace ampcf::evaluation
