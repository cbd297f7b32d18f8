#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct gzFile_s;

namespace ampcf::dataset {

/// A longer line is refused: it is no line of interactions, and memory must not follow whatever a file holds.
inline constexpr std::size_t kLongestLineBytes = std::size_t{64} << 20U;

/// Text as errors show it: in quotation marks, long ones cut, control characters as \xNN.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// The lines of a text file, plain or gzip, one after the other, always as UTF-8: a line that is not is taken as
/// ISO-8859-1. LF and CRLF end a line, a byte-order mark is skipped, so are blank lines (which count, though).
/// Faults are DataErrors that begin `FILE:LINE: `; a file that cannot be opened is one that begins `FILE: `.
class TextReader {
 public:
  explicit TextReader(std::filesystem::path path);

  /// Moves to the next line that is not blank; false at the end of the file.
  [[nodiscard]] bool next();

  /// The present line without its end; valid until next().
  [[nodiscard]] std::string_view line() const { return line_; }
  [[nodiscard]] std::uint64_t line_number() const { return line_number_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Throws the DataError of the present line: `FILE:LINE: found 'FOUND', expected EXPECTED`.
  [[noreturn]] void fail(std::string_view found, const std::string& expected) const;

  /// The same for something that cannot be quoted, such as the end of the file.
  [[noreturn]] void fail_with(const std::string& found, const std::string& expected) const;

 private:
  struct Closer {
    void operator()(gzFile_s* file) const;
  };

  [[nodiscard]] bool read_line(std::string_view& line);
  [[nodiscard]] bool fill();
  void decode();

  std::filesystem::path path_;
  std::unique_ptr<gzFile_s, Closer> file_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // of the bytes in the buffer that are not yet a line
  std::size_t end_ = 0;
  bool is_at_end_ = false;
  std::string converted_;
  std::string_view line_;
  std::uint64_t line_number_ = 0;
};

}  // namespace ampcf::dataset
