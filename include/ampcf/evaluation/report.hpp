#pragma once

#include "ampcf/evaluation/options.hpp"
#include "ampcf/evaluation/planted.hpp"
#include "ampcf/evaluation/taste/space.hpp"
#include "ampcf/evaluation/user_measures.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ampcf::evaluation {

/// Two figures averaged over the users that have them; absent where nobody has.
struct Averages {
  double first = 0.0;
  double second = 0.0;
  std::uint64_t users = 0;
};

/// An evaluation in a few figures. Sums run over the users in their order, so they do not depend on the ranks.
struct Summary {
  std::optional<Averages> sampled;  // HR@k, NDCG@k
  std::optional<Averages> full;     // HR@k, NDCG@k
  std::optional<Averages> tdd;      // JS, Hellinger
  std::uint64_t users_without_list = 0;
};

[[nodiscard]] Summary summarize(const UserMeasures& all);

/// What an evaluation was of, beside its options.
struct Subject {
  std::string kind;                                         // checkpoint, recommendations or baseline
  std::string name;                                         // path or name
  std::vector<std::pair<std::string, std::uint64_t>> size;  // epoch, personas ... of a checkpoint
  std::string training_config;                              // of a checkpoint, INI text
  std::string dataset_fingerprint;
  std::uint64_t user_count = 0;
  std::uint64_t item_count = 0;
  std::vector<std::pair<std::string, std::uint64_t>> unknown;  // counts of what the dataset does not know
};

/// Everything that is reported.
struct Report {
  const EvaluationOptions& options;
  const Subject& subject;
  const UserMeasures& measures;
  const TasteSpace* taste;                  // none without TDD
  std::optional<PlantedAgreement> planted;  // of a model on data with planted personas
  std::string config;                       // resolved options, INI text
};

/// An aligned table for people.
[[nodiscard]] std::string table_text(const Report& report, const Summary& summary);

/// metrics.json (src/evaluation/FORMAT.md).
[[nodiscard]] std::string json_text(const Report& report, const Summary& summary);

/// Writes metrics.h5 and then metrics.json; where the latter fails neither is left. Throws RuntimeError.
void write_report(const Report& report, const Summary& summary);

}  // namespace ampcf::evaluation
