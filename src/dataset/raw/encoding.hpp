#pragma once

#include <string>
#include <string_view>

namespace ampcf::dataset {

/// Bytes of the well-formed character at the front of `text`, which is not empty; 0 where there is none.
[[nodiscard]] std::size_t character_bytes(std::string_view text);

/// Whether the text is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view text);

/// Text in ISO-8859-1, in which every byte is a character, as UTF-8.
[[nodiscard]] std::string utf8_from_latin1(std::string_view text);

/// The first `bytes` bytes of UTF-8 text, less what would split a character.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t bytes);

}  // namespace ampcf::dataset
