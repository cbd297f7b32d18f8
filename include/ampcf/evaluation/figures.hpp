#pragma once

#include "ampcf/communication/communicator.hpp"
#include "ampcf/evaluation/bootstrap.hpp"
#include "ampcf/evaluation/user_measures.hpp"

#include <optional>
#include <string>
#include <vector>

namespace ampcf::evaluation {

/// One number of an evaluation.
struct Figure {
  std::vector<std::string> path;  // in metrics.json: {"full", "hr@10"}
  double value = 0.0;
  std::uint64_t users = 0;           // behind it
  std::optional<Interval> interval;  // bootstrap over users; none without resamples
};

/// Collective. Everything that is reported of `all` users: means of the measured columns, metrics of all lists
/// together, and for every part of every slice the rank metrics at the first cut-off. What nobody has is absent. `all`
/// is alike on all ranks; the figures come out on every rank, the same bits on any number of them.
///
/// Intervals are percentiles over resamples of the users, or of the rules' sample of them. Coverage and Gini index of a
/// resample, which repeats users, lie lower and higher than those of all users, so their percentiles are shifted by the
/// mean difference.
[[nodiscard]] std::vector<Figure> figures_of(const communication::Communicator& communicator, const UserMeasures& all,
                                             const MeasureRules& rules, const BootstrapRules& bootstrap);

}  // namespace ampcf::evaluation
