#pragma once

#include "ampcf/communication/communicator.hpp"
#include "ampcf/evaluation/cases.hpp"

#include <string>

namespace ampcf::evaluation {

/// What identifies the questions of an evaluation: two evaluations with equal texts asked the same.
struct CaseFingerprints {
  std::string positives;   // 32 hexadecimal digits
  std::string candidates;  // likewise
};

/// Collective. Of the cases of all ranks' users, the same on any number of ranks.
[[nodiscard]] CaseFingerprints fingerprints_of(const communication::Communicator& communicator, const Cases& own);

}  // namespace ampcf::evaluation
