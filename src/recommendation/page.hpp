#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ampcf::recommendation {

/// How text for people is laid out: no line is wider than `columns`; colours only where `is_coloured`.
struct Page {
  std::size_t columns = 100;
  bool is_coloured = false;

  /// Of stdout. `color` is always, never or auto: on a terminal unless NO_COLOR is set (https://no-color.org). The
  /// width is a terminal's, elsewhere 100 columns. What ranks see under mpirun is no terminal.
  [[nodiscard]] static Page of_stdout(const std::string& color);
};

/// Columns that text takes on a terminal: wide characters of East Asia two, control characters and combining accents
/// none.
[[nodiscard]] std::size_t width_of(std::string_view text);

/// Text that is at most `columns` wide, "..." standing for what is cut off; control characters are dropped.
[[nodiscard]] std::string clipped(std::string_view text, std::size_t columns);

/// The same, filled up with spaces.
[[nodiscard]] std::string fitted(std::string_view text, std::size_t columns);

/// A persona's colour around text, the same wherever the persona is named.
[[nodiscard]] std::string in_colour_of(std::size_t persona, std::string_view text, const Page& page);

/// Bold.
[[nodiscard]] std::string as_heading(std::string_view text, const Page& page);

}  // namespace ampcf::recommendation
