#pragma once

#include "ampcf/communication/communicator.hpp"
#include "ampcf/core/log.hpp"
#include "ampcf/evaluation/baselines.hpp"
#include "ampcf/evaluation/options.hpp"

#include <string>

namespace ampcf::evaluation {

/// Collective. Evaluates what the options name, writes both files and returns the table for people on rank 0 (empty
/// elsewhere). `config` is the options as INI text; `baselines` is what
/// options.baseline may name. Results are the same bits on any number of ranks.
[[nodiscard]] std::string evaluate(const EvaluationOptions& options, const std::string& config,
                                   const communication::Communicator& communicator, Log& log,
                                   const Baselines& baselines);

}  // namespace ampcf::evaluation
