#pragma once

#include "dataset/raw/text_reader.hpp"

#include <optional>

namespace ampcf::dataset {

/// Longest raw id or title: HDF5 stores all of a kind at the length of the longest.
inline constexpr std::size_t kLongestTextBytes = 1024;

/// How a line of a table is divided.
struct FieldSyntax {
  std::string delimiter = ",";
  bool has_quotes = true;         // "a, b" is one field, "" inside it is one quotation mark (RFC 4180, on one line)
  bool joins_delimiters = false;  // a run of delimiters counts as one, at the ends of a line as none
};

/// Divides lines into fields.
class FieldSplitter {
 public:
  explicit FieldSplitter(FieldSyntax syntax) : syntax_(std::move(syntax)) {}

  /// The fields of the reader's present line, valid until the reader or the splitter moves on.
  [[nodiscard]] const std::vector<std::string_view>& split(const TextReader& reader);

  [[nodiscard]] const FieldSyntax& syntax() const { return syntax_; }

 private:
  [[nodiscard]] std::size_t take_quoted(const TextReader& reader, std::size_t open);

  FieldSyntax syntax_;
  std::vector<std::string_view> fields_;
  std::string unquoted_;  // holds what quoted fields mean; never grows beyond the line, so views into it stay
};

/// A finite number with blanks around it or none; nothing for any other text.
[[nodiscard]] std::optional<double> number_in(std::string_view text);

/// The field as a rating, as a timestamp (an integer), as an id (not empty, not too long), as another text (not too
/// long); DataError of the reader's present line otherwise.
[[nodiscard]] double rating_in(std::string_view text, const TextReader& reader);
[[nodiscard]] std::int64_t timestamp_in(std::string_view text, const TextReader& reader);
void require_id(std::string_view text, const char* what, const TextReader& reader);
void require_text_length(std::string_view text, const char* what, const TextReader& reader);

}  // namespace ampcf::dataset
