#include "recommendation/page.hpp"

#include "ampcf/communication/environment.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>

namespace ampcf::recommendation {

namespace {

constexpr std::size_t kFewestColumns = 40;  // narrower terminals wrap

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 1;
};

// The UTF-8 character at a place; a byte that begins none counts as a character of its own.
Character character_at(std::string_view text, std::size_t place) {
  const auto lead = static_cast<unsigned char>(text[place]);
  const std::size_t bytes = lead < 0x80U ? 1 : lead < 0xE0U ? 2 : lead < 0xF0U ? 3 : 4;
  if (lead < 0x80U || lead < 0xC0U || place + bytes > text.size()) {
    return {lead, 1};
  }
  std::uint32_t code = lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    code = code << 6U | (static_cast<unsigned char>(text[place + i]) & 0x3FU);
  }
  return {code, bytes};
}

// After Unicode's East Asian Width: the blocks whose characters are wide, Hangul, CJK, full-width forms and emoji.
std::size_t width_of_code(std::uint32_t code) {
  if (code < 0x20U || (code >= 0x7FU && code < 0xA0U) || (code >= 0x300U && code < 0x370U)) {
    return 0;
  }
  const bool is_wide = (code >= 0x1100U && code <= 0x115FU) || (code >= 0x2E80U && code <= 0xA4CFU) ||
                       (code >= 0xAC00U && code <= 0xD7A3U) || (code >= 0xF900U && code <= 0xFAFFU) ||
                       (code >= 0xFE30U && code <= 0xFE6FU) || (code >= 0xFF00U && code <= 0xFF60U) ||
                       (code >= 0xFFE0U && code <= 0xFFE6U) || (code >= 0x1F300U && code <= 0x1F64FU) ||
                       (code >= 0x1F900U && code <= 0x1F9FFU) || (code >= 0x20000U && code <= 0x3FFFDU);
  return is_wide ? 2 : 1;
}

}  // namespace

Page Page::of_stdout(const std::string& color) {
  Page page;
  const bool is_terminal = isatty(STDOUT_FILENO) != 0 && !communication::is_launched();
  if (winsize size{}; is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    page.columns = std::max<std::size_t>(kFewestColumns, size.ws_col);
  }
  const char* const refusal = std::getenv("NO_COLOR");
  const bool is_refused = refusal != nullptr && *refusal != '\0';
  page.is_coloured = color == "always" || (color == "auto" && is_terminal && !is_refused);
  return page;
}

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t place = 0; place < text.size();) {
    const auto character = character_at(text, place);
    width += width_of_code(character.code);
    place += character.bytes;
  }
  return width;
}

std::string clipped(std::string_view text, std::size_t columns) {
  const bool is_cut = width_of(text) > columns;
  const std::string_view mark = is_cut ? std::string_view("...").substr(0, columns) : std::string_view();
  std::string result;
  std::size_t width = mark.size();
  for (std::size_t place = 0; place < text.size();) {
    const auto character = character_at(text, place);
    const bool is_control = character.code < 0x20U || (character.code >= 0x7FU && character.code < 0xA0U);
    const auto own_width = is_control ? 0 : width_of_code(character.code);
    if (width + own_width > columns) {
      break;
    }
    if (!is_control) {
      result += text.substr(place, character.bytes);
      width += own_width;
    }
    place += character.bytes;
  }
  return result + std::string(mark);
}

std::string fitted(std::string_view text, std::size_t columns) {
  auto result = clipped(text, columns);
  result.append(columns - width_of(result), ' ');
  return result;
}

std::string in_colour_of(std::size_t persona, std::string_view text, const Page& page) {
  // Green, yellow, blue, magenta, cyan, red, then their bright forms: legible on dark and on light.
  static constexpr std::array<int, 12> kColours{32, 33, 34, 35, 36, 31, 92, 93, 94, 95, 96, 91};
  return page.is_coloured ? fmt::format("\x1b[{}m{}\x1b[0m", kColours[persona % kColours.size()], text)
                          : std::string(text);
}

std::string as_heading(std::string_view text, const Page& page) {
  return page.is_coloured ? fmt::format("\x1b[1m{}\x1b[0m", text) : std::string(text);
}

}  // namespace ampcf::recommendation
