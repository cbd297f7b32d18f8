#pragma once

#include "ampcf/evaluation/comparison/comparison.hpp"
#include "report/input/portraits.hpp"
#include "report/input/sweep.hpp"
#include "report/page/figure.hpp"
#include "report/page/page.hpp"

#include <optional>
#include <vector>

/// The sections of the page. Each is without content where there is nothing that it could show.
namespace ampcf::report {

/// What is compared, by letter, with the figures that matter most.
[[nodiscard]] Section overview_section(const std::vector<Subject>& subjects);

/// Loss, attention and quality on validation items by epoch.
[[nodiscard]] Section learning_section(const std::vector<Subject>& subjects, Sketchbook& sketchbook);

/// Where the time of an epoch goes, and how fast steps are.
[[nodiscard]] Section speed_section(const std::vector<Subject>& subjects, Sketchbook& sketchbook);

/// All metrics with their intervals.
[[nodiscard]] Section metrics_section(const std::vector<Subject>& subjects, Sketchbook& sketchbook);

/// Paired differences to the first evaluation; `comparison` is of measured(subjects).
[[nodiscard]] Section differences_section(const std::vector<Subject>& subjects,
                                          const evaluation::Comparison& comparison, Sketchbook& sketchbook);

/// Quality where it is hard: rare items, little active users, lesser tastes.
[[nodiscard]] Section slices_section(const std::vector<Subject>& subjects, Sketchbook& sketchbook);

/// How true the explanations are, of evaluations that measured it.
[[nodiscard]] Section explanations_section(const std::vector<Subject>& subjects, Sketchbook& sketchbook);

/// Figure 2 of the paper, and the tastes behind each user's list.
[[nodiscard]] Section users_section(const std::vector<Portrait>& portraits, Sketchbook& sketchbook);

/// The trials of a sweep: their options and scores as parallel coordinates, the importance of each option.
[[nodiscard]] Section sweep_section(const std::optional<Sweep>& sweep, Sketchbook& sketchbook);

/// The options of the runs: first those in which they differ.
[[nodiscard]] Section options_section(const std::vector<Subject>& subjects);

}  // namespace ampcf::report
