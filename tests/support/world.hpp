#pragma once

#include "ampcf/communication/communicator.hpp"

namespace ampcf::testing {

/// All ranks that run this test program.
[[nodiscard]] const communication::Communicator& world();

}  // namespace ampcf::testing
