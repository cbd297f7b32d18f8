#include "config/text.hpp"

#include "ampcf/config/ini.hpp"
#include "config/description.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <numeric>
#include <optional>
#include <regex>
#include <sstream>
#include <string_view>

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

bool is_control(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return byte < 0x20U || byte == 0x7FU;
}

// Takes the character behind a backslash, or the byte that \xNN means, off the front of `rest`.
std::optional<char> unescaped(std::string_view& rest) {
  const auto head = rest.substr(0, 1);
  unsigned byte = 0;
  std::size_t taken = 1;
  if (head == "x" && rest.size() >= 3) {
    const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + 3, byte, 16);
    taken = error == std::errc() && end == rest.data() + 3 ? 3 : 0;
  } else if (head == "\"" || head == "\\") {
    byte = static_cast<unsigned char>(head[0]);
  } else {
    taken = 0;
  }
  rest.remove_prefix(taken);
  return taken == 0 ? std::nullopt : std::optional(static_cast<char>(byte));
}

// What stands in quotes, `text` beginning with one, with nothing but a comment behind; nothing where it is malformed.
std::optional<std::string> unquoted(std::string_view text) {
  std::string value;
  for (text.remove_prefix(1); !text.empty() && text.front() != '"';) {
    std::optional<char> character = text.front();
    text.remove_prefix(1);
    if (*character == '\\') {
      character = unescaped(text);
    }
    if (!character) {
      return std::nullopt;
    }
    value.push_back(*character);
  }
  const auto behind = text.empty() ? "no closing quote" : trimmed(std::string(text.substr(1)));
  return behind.empty() || behind.front() == '#' ? std::optional(value) : std::nullopt;
}

// What stands behind the equals sign. A comment begins with " #".
std::optional<std::string> value_in(const std::string& text) {
  const auto begin = trimmed(text);
  return !begin.empty() && begin.front() == '"' ? unquoted(begin) : trimmed(text.substr(0, text.find(" #")));
}

}  // namespace

std::string ini_value(const std::string& value) {
  const bool is_plain = value == trimmed(value) && value.find(" #") == std::string::npos && value.rfind('"', 0) != 0 &&
                        value.rfind('#', 0) != 0 && std::none_of(value.begin(), value.end(), is_control);
  if (is_plain) {
    return value;
  }
  std::string text = "\"";
  for (const char character : value) {
    if (is_control(character)) {
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(character));
    } else {
      text += character == '"' || character == '\\' ? std::string("\\") + character : std::string(1, character);
    }
  }
  return text + '"';
}

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
    const auto value = value_in(content.substr(equals + 1));
    if (!value) {
      throw UsageError("{}:{}: found '{}', expected a value in quotes with \\\\, \\\" and \\xNN in it", source, line,
                       content.substr(0, 80));
    }
    entries.push_back({trimmed(content.substr(0, equals)), *value, line});
  }
  return entries;
}

std::map<std::string, std::string> ini_values(const std::string& text, const std::string& source) {
  std::map<std::string, std::string> values;
  for (const auto& entry : parse_ini(text, source)) {
    values[entry.key] = entry.value;
  }
  return values;
}

std::string read_text(const std::filesystem::path& path, const std::string& what) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream || std::filesystem::is_directory(path)) {
    throw UsageError("cannot read the {} {}", what, path.string());
  }
  constexpr std::size_t kMostBytes = std::size_t{1} << 20U;  // whatever is larger, a device say, is something else
  std::string text(kMostBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kMostBytes) {
    throw UsageError("{}: found more than 1 MiB, expected a {}", path.string(), what);
  }
  return text;
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
    throw UsageError("'{}' is not a length of time: expected one such as {}", text, kDurationForms);
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

namespace {

// Words with a blank between them, the first at `column`, the next lines indented.
std::string laid_out(const std::string& text, std::size_t column, std::size_t indent) {
  std::istringstream words(text);
  std::string result;
  bool is_first = true;  // of its line
  for (std::string word; words >> word; is_first = false) {
    if (!is_first && column + 1 + word.size() > kHelpColumns) {
      result += "\n" + std::string(indent, ' ');
      column = indent;
      is_first = true;
    }
    result += (is_first ? "" : " ") + word;
    column += word.size() + (is_first ? 0 : 1);
  }
  return result;
}

}  // namespace

std::string describe(const std::string& head, const std::string& body, std::size_t width) {
  const auto indent = width + 2;
  const auto gap = head.size() >= width ? "\n" + std::string(indent, ' ') : std::string(width - head.size(), ' ');
  return "  " + head + gap + laid_out(body, indent, indent) + "\n";
}

std::string wrapped(const std::string& lines, std::size_t indent) {
  std::istringstream stream(lines);
  std::string result;
  for (std::string line; std::getline(stream, line);) {
    const auto blanks = std::min(line.find_first_not_of(' '), line.size());
    result += line.substr(0, blanks) + laid_out(line, blanks, indent) + "\n";
  }
  return result;
}

}  // namespace ampcf::config
