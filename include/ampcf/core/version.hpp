#pragma once

#include <string_view>

namespace ampcf {

/// Release, as in "0.1.0".
[[nodiscard]] std::string_view version();

/// Git revision that was built, with "+changes" where the tree was not clean; "unknown" outside a checkout.
[[nodiscard]] std::string_view revision();

/// Instruction set that the arithmetic was compiled for: results are bit-identical between builds of the same one.
[[nodiscard]] std::string_view instruction_set();

}  // namespace ampcf
