#include "config/text.hpp"

#include "ampcf/config/ini.hpp"

#include <algorithm>
#include <numeric>
#include <regex>
#include <sstream>

namespace ampcf::config {

namespace {

std::string trimmed(const std::string& text) {
  const char* const blanks = " \t\r";
  const auto first = text.find_first_not_of(blanks);
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::vector<IniEntry> parse_ini(const std::string& text, const std::string& source) {
  std::vector<IniEntry> entries;
  std::istringstream stream(text);
  std::string raw;
  for (std::size_t line = 1; std::getline(stream, raw); ++line) {
    if (line == 1 && raw.rfind("\xEF\xBB\xBF", 0) == 0) {
      raw.erase(0, 3);
    }
    const auto content = trimmed(raw);
    if (content.empty() || content.front() == '#' || content.front() == ';') {
      continue;
    }
    const auto equals = content.find('=');
    if (equals == std::string::npos || trimmed(content.substr(0, equals)).empty()) {
      throw UsageError("{}:{}: found '{}', expected key = value", source, line, content.substr(0, 80));
    }
    auto value = content.substr(equals + 1);
    const auto comment = value.find(" #");  // a comment after the value; paths with " #" go on the command line
    entries.push_back({trimmed(content.substr(0, equals)), trimmed(value.substr(0, comment)), line});
  }
  return entries;
}

bool parse_bool(const std::string& text) {
  if (text != "true" && text != "false") {
    throw UsageError("'{}' is not a switch value: expected true or false", text);
  }
  return text == "true";
}

std::uint64_t parse_duration(const std::string& text) {
  static const std::regex kUnits("(?:([0-9]{1,6})h)?(?:([0-9]{1,8})m)?(?:([0-9]{1,10})s?)?");
  static const std::regex kClock("([0-9]{1,6}):([0-5][0-9]):([0-5][0-9])");
  std::smatch parts;
  if (text.empty() || !(std::regex_match(text, parts, kClock) || std::regex_match(text, parts, kUnits))) {
    throw UsageError("'{}' is not a length of time: expected one such as 90, 90s, 10m, 1h30m or 01:30:00", text);
  }
  const auto part = [&](std::size_t i) {
    return parts[i].matched ? parse_number<std::uint64_t>(parts[i].str()) : std::uint64_t{0};
  };
  return part(1) * 3600 + part(2) * 60 + part(3);
}

std::string describe_duration(std::uint64_t seconds) {
  std::string text;
  const auto append = [&](std::uint64_t count, const char* unit) {
    text += count > 0 ? std::to_string(count) + unit : "";
  };
  append(seconds / 3600, "h");
  append(seconds / 60 % 60, "m");
  append(seconds % 60, "s");
  return text.empty() ? "0" : text;
}

std::string nearest(const std::string& name, const std::vector<std::string>& names) {
  return *std::min_element(names.begin(), names.end(), [&](const auto& a, const auto& b) {
    return edit_distance(name, a) < edit_distance(name, b);
  });
}

std::string describe(const std::string& head, const std::string& body, std::size_t width) {
  constexpr std::size_t kColumns = 100;
  std::string text = "  " + head;
  if (head.size() >= width) {
    text += "\n" + std::string(width + 2, ' ');
  } else {
    text += std::string(width - head.size(), ' ');
  }
  std::istringstream words(body);
  std::string word;
  for (std::size_t column = width + 2; words >> word; column += word.size() + 1) {
    if (column + word.size() > kColumns) {
      text += "\n" + std::string(width + 2, ' ');
      column = width + 2;
    }
    text += word + " ";
  }
  text.back() = '\n';
  return text;
}

}  // namespace ampcf::config
