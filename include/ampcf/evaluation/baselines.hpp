#pragma once

#include "ampcf/communication/communicator.hpp"
#include "ampcf/dataset/dataset.hpp"
#include "ampcf/evaluation/score_source.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ampcf::evaluation {

/// What a baseline may learn from.
struct BaselineInput {
  const dataset::Dataset& data;
  const dataset::Interactions& train;  // of this rank's users
  const communication::Communicator& communicator;
  std::uint64_t seed;  // of baselines that draw
};

/// A baseline by name. `make` is collective.
struct Baseline {
  std::string name;
  std::string summary;
  std::function<std::unique_ptr<ScoreSource>(const BaselineInput&)> make;
};

/// All baselines; the one place to add another.
[[nodiscard]] const std::vector<Baseline>& baselines();

/// Their names, as in "popularity|random".
[[nodiscard]] std::string baseline_names();

/// Throws UsageError for an unknown name.
void require_baseline(const std::string& name);

/// Collective. The baseline of this name, which must be known.
[[nodiscard]] std::unique_ptr<ScoreSource> make_baseline(const std::string& name, const BaselineInput& input);

}  // namespace ampcf::evaluation
