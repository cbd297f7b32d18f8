#pragma once

#include <string>

namespace ampcf {

/// A field of CSV, quoted where it must be (RFC 4180).
[[nodiscard]] std::string csv_field(const std::string& text);

}  // namespace ampcf
