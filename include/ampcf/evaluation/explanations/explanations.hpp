#pragma once

#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/evaluation/cases.hpp"
#include "ampcf/evaluation/user_measures.hpp"

namespace ampcf::evaluation {

/// What explanations are measured on.
struct ExplanationInput {
  const checkpoint::ModelFile& model;
  const checkpoint::ModelFile* other = nullptr;  // of the same data, trained otherwise; without it no stability
  const Cases& cases;
  ConsumedItems& consumed;
  const MeasureRules& rules;
};

/// How many recommended items of a user are looked at: the first cut-off, at most the length of a list.
[[nodiscard]] std::size_t explained_length(const MeasureRules& rules);

/// Adds the columns of the group "explanations" (src/evaluation/EXPLANATIONS.md) to what was measured of these users.
/// The model has two personas or more. Throws RuntimeError where a file is damaged.
void measure_explanations(const ExplanationInput& input, UserMeasures& own);

}  // namespace ampcf::evaluation
