#pragma once

#include "ampcf/core/error.hpp"

#include <charconv>
#include <cstdint>
#include <limits>
#include <string>
#include <system_error>
#include <vector>

namespace ampcf::config {

/// A value as it stands in an INI file: in quotes where it would not come back otherwise.
[[nodiscard]] std::string ini_value(const std::string& value);

/// true|false, nothing else. Throws UsageError.
[[nodiscard]] bool parse_bool(const std::string& text);

/// Seconds in 90, 90s, 10m, 1h30m or HH:MM:SS. Throws UsageError.
[[nodiscard]] std::uint64_t parse_duration(const std::string& text);

/// As in 1h30m or 90s, the shortest form that parse_duration reads.
[[nodiscard]] std::string describe_duration(std::uint64_t seconds);

/// The name with the smallest edit distance (Levenshtein) to `name`.
[[nodiscard]] std::string nearest(const std::string& name, const std::vector<std::string>& names);

/// Columns of the help, as the narrowest terminal in use.
inline constexpr std::size_t kHelpColumns = 80;

/// `  head   body`, the body wrapped at kHelpColumns.
[[nodiscard]] std::string describe(const std::string& head, const std::string& body, std::size_t width);

/// Lines of words, each wrapped at kHelpColumns; what follows is indented by so much.
[[nodiscard]] std::string wrapped(const std::string& lines, std::size_t indent);

/// A whole text as a number. Throws UsageError naming what was found; `range` is what one that is too large is told.
template <typename T>
[[nodiscard]] T parse_number(const std::string& text, const std::string& range = "") {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (std::is_integral_v<T> && error == std::errc::result_out_of_range && end == text.data() + text.size()) {
    using Limits = std::numeric_limits<T>;
    const auto limit =
        text.front() == '-' ? fmt::format("at least {}", Limits::lowest()) : fmt::format("at most {}", Limits::max());
    throw UsageError("{} is out of range: expected {}", text, range.empty() ? limit : range);
  }
  if (error != std::errc() || end != text.data() + text.size() || text.empty() || value != value) {
    constexpr bool is_real = std::is_floating_point_v<T>;
    throw UsageError("'{}' is not {}", text,
                     is_real               ? "a number"
                     : std::is_signed_v<T> ? "an integer"
                                           : "an integer of 0 or more");
  }
  return value;
}

}  // namespace ampcf::config
