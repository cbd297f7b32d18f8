#pragma once

#include "ampcf/config/options.hpp"
#include "ampcf/dataset/dataset.hpp"
#include "ampcf/evaluation/bootstrap.hpp"
#include "ampcf/evaluation/taste/space.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ampcf::evaluation {

/// Everything that an evaluation depends on.
struct EvaluationOptions {
  std::filesystem::path data;
  std::filesystem::path output;      // X.json; X.h5 is written beside it
  std::filesystem::path checkpoint;  // exactly one of these three is given
  std::filesystem::path recommendations;
  std::string baseline;
  std::filesystem::path test_file;  // empty: the dataset's own held-out items
  std::string split = "test";
  std::vector<std::uint64_t> cutoffs{10};  // --k: of every metric; the first is that of slices
  bool has_tdd = true;
  std::filesystem::path taste_space;           // where it is stored, and taken from where it already is; empty: neither
  TasteParameters taste;                       // the protocol's unless somebody studies them
  bool has_explanations = false;               // --explanations, of a checkpoint
  std::filesystem::path explanations_against;  // another training on the same data; empty: no stability
  std::uint64_t users_sample = 0;              // measured users, drawn by seed; 0: all
  std::uint64_t seed = 1;                      // of the sample, and of baselines that draw
  BootstrapRules bootstrap;                    // of the intervals

  std::vector<std::string> compared;  // --compare: metrics.h5 of earlier evaluations; nothing is evaluated then
  std::string compared_metrics;       // A,B,...; empty: all
  std::string format = "text";        // of the comparison

  [[nodiscard]] dataset::HeldOutPart part() const {
    return split == "test" ? dataset::HeldOutPart::test : dataset::HeldOutPart::validation;
  }
  [[nodiscard]] std::filesystem::path metrics_file() const {
    auto path = output;
    return path.replace_extension(".h5");
  }
};

struct Baselines;

/// Adds the options, and those of the baselines, to a table; they must outlive it.
void add_options(config::OptionTable& table, EvaluationOptions& options, const Baselines& baselines);

/// Refuses what is missing or does not fit together with a UsageError, and sets what --compare has other defaults for.
void check_options(const config::OptionTable& table, EvaluationOptions& options, const Baselines& baselines);

/// The parts of "A,B,C"; none of an empty text.
[[nodiscard]] std::vector<std::string> parted_by_commas(const std::string& text);

}  // namespace ampcf::evaluation
