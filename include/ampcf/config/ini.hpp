#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace ampcf::config {

/// One `key = value` of an INI file.
struct IniEntry {
  std::string key;
  std::string value;
  std::size_t line = 0;
};

/// The entries of INI text in order. A value in double quotes may hold anything: \\, \" and \xNN stand for a backslash,
/// a quote and any byte. Throws UsageError beginning `SOURCE:LINE: ` at a line of another form.
[[nodiscard]] std::vector<IniEntry> parse_ini(const std::string& text, const std::string& source);

}  // namespace ampcf::config
