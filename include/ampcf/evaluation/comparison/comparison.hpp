#pragma once

#include "ampcf/evaluation/bootstrap.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ampcf::evaluation {

/// A difference to the first file over the users that both have.
struct PairedDifference {
  double mean = 0.0;  // this file less the first
  Interval interval;  // bootstrap over users
  double bootstrap = 1.0;
  double wilcoxon = 1.0;
  double bootstrap_holm = 1.0;  // corrected over all differences of the comparison
  double wilcoxon_holm = 1.0;   // likewise
  std::uint64_t users = 0;
};

/// One metric of one file.
struct ComparedValue {
  double mean = 0.0;  // over the file's own users
  std::uint64_t users = 0;
  std::optional<PairedDifference> difference;  // none of the first file, nor where the first lacks the metric
};

struct ComparedMetric {
  std::string name;                                  // as in full_hr@10
  std::vector<std::optional<ComparedValue>> values;  // by file; none where the file lacks the metric
};

struct Comparison {
  std::vector<std::filesystem::path> files;
  BootstrapRules bootstrap;
  std::vector<ComparedMetric> metrics;
};

/// Compares the metrics.h5 of several evaluations, user by user, each with the first. `metrics` names columns; empty
/// stands for all but recall, which repeats hr. Throws UsageError, naming two files, where these are of other data,
/// another split, other test items, other candidates or another taste space, or where no file has a metric; DataError
/// for other files.
[[nodiscard]] Comparison compare(const std::vector<std::filesystem::path>& files,
                                 const std::vector<std::string>& metrics, const BootstrapRules& bootstrap);

/// As an aligned table, as CSV with a row for each metric of each file, and as a LaTeX table (booktabs).
[[nodiscard]] std::string comparison_text(const Comparison& comparison);
[[nodiscard]] std::string comparison_csv(const Comparison& comparison);
[[nodiscard]] std::string comparison_latex(const Comparison& comparison);

}  // namespace ampcf::evaluation
