#pragma once

#include "ampcf/evaluation/baselines.hpp"

namespace ampcf::baselines {

/// Collective. The same scores for every user: an item's training interactions.
[[nodiscard]] std::unique_ptr<evaluation::ScoreSource> make_popularity(const evaluation::BaselineInput& input);

/// Independent uniform scores, a pure function of (seed, user, item).
[[nodiscard]] std::unique_ptr<evaluation::ScoreSource> make_random(const evaluation::BaselineInput& input);

}  // namespace ampcf::baselines
