#pragma once

#include "ampcf/core/error.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

/// What every harness is made of: it gives bytes to one reader and lets nothing pass but the reader's own errors. The
/// same source is driven by libFuzzer or by driver.cpp.
namespace ampcf::fuzz {

/// A file that holds these bytes until the next one is written; in memory where the system has a place for that.
[[nodiscard]] std::filesystem::path file_with(std::string_view bytes, const std::string& suffix = "");

/// Runs a reader of text. A DataError or UsageError must begin `SOURCE:LINE: `; anything else that it throws ends the
/// process.
void expect_located_errors(const std::string& source, const std::function<void()>& read);

/// Runs what may fail by an error of the user's alone.
void expect_usage_errors(const std::function<void()>& read);

/// Cuts the input at the first line that is just "===".
[[nodiscard]] std::string_view take_part(std::string_view& rest);

/// What one harness reads.
void read(std::string_view input);

}  // namespace ampcf::fuzz
