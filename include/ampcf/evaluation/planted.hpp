#pragma once

#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/dataset/dataset.hpp"
#include "ampcf/evaluation/cases.hpp"
#include "ampcf/evaluation/user_measures.hpp"

namespace ampcf::evaluation {

/// Adds the columns of the group "planted" to what was measured of the users of `cases`, where the dataset has planted
/// personas; else nothing. They say how often attention names the planted taste of the positive: each persona of a user
/// is named by the taste that most of the training items it claims come from (src/evaluation/EXPLANATIONS.md). Throws
/// DataError.
void measure_planted(const dataset::Dataset& data, const checkpoint::ModelFile& model, const Cases& cases,
                     const MeasureRules& rules, UserMeasures& own);

}  // namespace ampcf::evaluation
