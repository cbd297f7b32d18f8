#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ampcf::report {

/// Markup of a page. Text gets into it through text(), name() and the values of attributes alone, all of which escape
/// it: what a title holds can never become an element, whatever it is.
class Html {
 public:
  Html() = default;

  /// Markup that this program wrote: literals, and what its own functions made.
  [[nodiscard]] static Html markup(std::string text);

  Html& operator<<(const Html& more);
  [[nodiscard]] const std::string& str() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

 private:
  std::string text_;
};

using Attributes = std::vector<std::pair<std::string_view, std::string>>;

/// Valid UTF-8 without control characters: what is neither comes out as U+FFFD, line ends and tabs as spaces.
[[nodiscard]] std::string cleaned(std::string_view text);

/// The first `most` characters of a cleaned text, with an ellipsis where more were there.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t most);

/// Escaped, cleaned text.
[[nodiscard]] Html text(std::string_view text);

/// A name out of data: text isolated from the direction of writing around it, at most 160 characters of it.
[[nodiscard]] Html name(std::string_view text);

[[nodiscard]] Html element(std::string_view tag, const Html& content, const Attributes& attributes = {});

/// A table whose rows begin with their heading.
struct Table {
  Html caption;
  std::vector<Html> head;
  std::vector<std::vector<Html>> rows;
};

/// A table that scrolls by itself, also by keyboard, where the window is too narrow; `label` names it to readers of the
/// screen.
[[nodiscard]] Html table(const Table& table, const std::string& label);

}  // namespace ampcf::report
