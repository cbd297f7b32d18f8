#pragma once

#include "ampcf/evaluation/baselines.hpp"

namespace ampcf::baselines {

/// All baselines with their options; the one place to add another is the table in src/baselines/baselines.cpp.
[[nodiscard]] evaluation::Baselines all();

}  // namespace ampcf::baselines
