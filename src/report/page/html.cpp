#include "report/page/html.hpp"

#include <cstdint>

namespace ampcf::report {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::size_t kLongestName = 160;

// The length of the character at the front, 0 where the bytes are no UTF-8 (Unicode 15, table 3-7).
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto lead = byte(0);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
  if (length == 0 || length > text.size()) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) {
      return 0;
    }
  }
  const bool is_overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  const bool is_surrogate = lead == 0xED && byte(1) > 0x9F;
  const bool is_beyond = lead == 0xF4 && byte(1) > 0x8F;
  return is_overlong || is_surrogate || is_beyond ? 0 : length;
}

// C0, DEL and C1 controls mean nothing in a page, and some are forbidden in it.
bool is_control(std::string_view character) {
  const auto first = static_cast<std::uint8_t>(character[0]);
  const bool is_c1 = first == 0xC2 && static_cast<std::uint8_t>(character[1]) < 0xA0;
  return first < 0x20 || first == 0x7F || is_c1;
}

std::string escaped(std::string_view text) {
  std::string escaped;
  for (const char letter : cleaned(text)) {
    switch (letter) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += letter;
    }
  }
  return escaped;
}

}  // namespace

Html Html::markup(std::string text) {
  Html html;
  html.text_ = std::move(text);
  return html;
}

Html& Html::operator<<(const Html& more) {
  text_ += more.text_;
  return *this;
}

std::string cleaned(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const auto length = character_length(text);
    const auto character = text.substr(0, length == 0 ? 1 : length);
    if (character == "\n" || character == "\r" || character == "\t") {
      clean += ' ';
    } else {
      clean += length == 0 || is_control(character) ? kReplacement : character;
    }
    text.remove_prefix(character.size());
  }
  return clean;
}

std::string shortened(std::string_view text, std::size_t most) {
  const auto clean = cleaned(text);
  std::size_t end = 0;
  for (std::size_t count = 0; count < most && end < clean.size(); ++count) {
    end += character_length(std::string_view(clean).substr(end));
  }
  return end == clean.size() ? clean : clean.substr(0, end) + "\xE2\x80\xA6";
}

Html text(std::string_view text) { return Html::markup(escaped(text)); }

Html name(std::string_view text) { return element("bdi", ampcf::report::text(shortened(text, kLongestName))); }

Html element(std::string_view tag, const Html& content, const Attributes& attributes) {
  std::string open = "<" + std::string(tag);
  for (const auto& [key, value] : attributes) {
    open += " " + std::string(key) + "=\"" + escaped(value) + "\"";
  }
  return Html::markup(open + ">" + content.str() + "</" + std::string(tag) + ">");
}

Html table(const Table& table, const std::string& label) {
  Html head;
  for (const auto& cell : table.head) {
    head << element("th", cell, {{"scope", "col"}});
  }
  Html body;
  for (const auto& row : table.rows) {
    Html cells;
    for (std::size_t i = 0; i < row.size(); ++i) {
      cells << (i == 0 ? element("th", row[i], {{"scope", "row"}}) : element("td", row[i]));
    }
    body << element("tr", cells) << Html::markup("\n");
  }
  Html content;
  if (!table.caption.empty()) {
    content << element("caption", table.caption);
  }
  content << element("thead", element("tr", head)) << element("tbody", body);
  return element("div", element("table", content),
                 {{"class", "scroll"}, {"role", "region"}, {"aria-label", label}, {"tabindex", "0"}});
}

}  // namespace ampcf::report
