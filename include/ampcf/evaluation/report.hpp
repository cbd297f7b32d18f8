#pragma once

#include "ampcf/evaluation/case_fingerprints.hpp"
#include "ampcf/evaluation/figures.hpp"
#include "ampcf/evaluation/options.hpp"
#include "ampcf/evaluation/taste/space.hpp"

#include <string>
#include <utility>
#include <vector>

namespace ampcf::evaluation {

/// Of metrics.json and metrics.h5.
inline constexpr const char* kMetricsFormat = "ampcf-metrics";
inline constexpr std::int32_t kMetricsVersion = 3;

/// Users whom the averages leave out, and why.
struct UserCounts {
  std::uint64_t ranked = 0;     // with a held-out item
  std::uint64_t in_tdd = 0;     // with a taste distribution distance
  std::uint64_t with_list = 0;  // with something recommended
};

[[nodiscard]] UserCounts count_users(const UserMeasures& all);

/// What an evaluation was of, beside its options.
struct Subject {
  std::string kind;                                         // checkpoint, recommendations or baseline
  std::string name;                                         // path or name
  std::vector<std::pair<std::string, std::uint64_t>> size;  // epoch, personas ... of a checkpoint
  std::string training_config;                              // of a checkpoint, INI text
  std::string dataset_fingerprint;
  CaseFingerprints cases;
  std::uint64_t user_count = 0;
  std::uint64_t item_count = 0;
  std::uint64_t asked_users = 0;                               // measured ones: all, or a sample
  std::vector<std::pair<std::string, std::uint64_t>> unknown;  // counts of what the dataset does not know
};

/// Everything that is reported.
struct Report {
  const EvaluationOptions& options;
  const Subject& subject;
  const UserMeasures& measures;
  const std::vector<Figure>& figures;
  const TasteSpace* taste;  // none without TDD
  std::string config;       // resolved options, INI text
};

/// A table for people.
[[nodiscard]] std::string table_text(const Report& report);

/// metrics.json (src/evaluation/FORMAT.md).
[[nodiscard]] std::string json_text(const Report& report);

/// Writes metrics.h5 and then metrics.json; where the latter fails neither is left. Throws RuntimeError.
void write_report(const Report& report);

}  // namespace ampcf::evaluation
