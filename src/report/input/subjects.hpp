#pragma once

#include "report/input/metrics.hpp"
#include "report/input/run.hpp"

#include <optional>
#include <string>
#include <vector>

namespace ampcf::report {

/// More than these could not be told apart in a chart; they have letters.
inline constexpr std::size_t kMostSubjects = 26;

/// What a report is about: a run, the metrics of a model, or both where the metrics are those of the run's model.
struct Subject {
  std::size_t number = 0;  // its look in charts
  std::string label;       // short: the last parts of a path, or the name of a baseline
  std::optional<Run> run{};
  std::optional<Metrics> metrics{};

  [[nodiscard]] std::string letter() const { return {static_cast<char>('A' + static_cast<int>(number))}; }
};

/// Reads everything: runs in their order, then metrics that belong to none of them. Throws what read_run and
/// read_metrics throw, and UsageError, naming two of them, where they are of other data, another split, or other test
/// items or candidates.
[[nodiscard]] std::vector<Subject> read_subjects(const std::vector<std::string>& runs,
                                                 const std::vector<std::string>& metrics);

/// Throws UsageError, naming one of them, unless all are of the dataset with this fingerprint.
void require_dataset(const std::vector<Subject>& subjects, const std::string& fingerprint, const std::string& path);

/// The subjects with metrics, in their order.
[[nodiscard]] std::vector<const Subject*> measured(const std::vector<Subject>& subjects);

/// The subjects with runs, in their order.
[[nodiscard]] std::vector<const Subject*> trained(const std::vector<Subject>& subjects);

}  // namespace ampcf::report
