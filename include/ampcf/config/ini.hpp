#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
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

/// The same by key; of a key that is given twice the last value.
[[nodiscard]] std::map<std::string, std::string> ini_values(const std::string& text, const std::string& source);

/// The text of a file that people write by hand. UsageError where it cannot be read, or is too large to be such a file;
/// `what` it should be is named there.
[[nodiscard]] std::string read_text(const std::filesystem::path& path, const std::string& what);

}  // namespace ampcf::config
