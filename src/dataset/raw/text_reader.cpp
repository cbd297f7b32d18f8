#include "dataset/raw/text_reader.hpp"

#include "ampcf/core/error.hpp"
#include "dataset/raw/encoding.hpp"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace ampcf::dataset {

namespace {

constexpr std::size_t kFirstBufferBytes = std::size_t{1} << 20U;
constexpr unsigned kInflateBufferBytes = 1U << 18U;  // zlib's own 8 KiB costs a system call each
constexpr std::size_t kQuotedBytes = 80;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t") == std::string_view::npos; }

/// One pass for the two rare things: a NUL byte, and a byte that is not ASCII.
struct Bytes {
  bool has_nul = false;
  bool is_ascii = true;

  explicit Bytes(std::string_view line) {
    unsigned all = 0;
    unsigned nuls = 0;
    for (const char character : line) {
      all |= static_cast<unsigned char>(character);
      nuls |= static_cast<unsigned>(character == '\0');
    }
    has_nul = nuls != 0;
    is_ascii = all < 0x80U;
  }
};

}  // namespace

std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (const char character : utf8_prefix(text, kQuotedBytes)) {
    const auto byte = static_cast<unsigned char>(character);
    out += byte < 0x20U || byte == 0x7FU ? fmt::format("\\x{:02x}", byte) : std::string(1, character);
  }
  return out + (text.size() > kQuotedBytes ? "...'" : "'");
}

void TextReader::Closer::operator()(gzFile_s* file) const { gzclose_r(file); }

TextReader::TextReader(std::filesystem::path path) : path_(std::move(path)), buffer_(kFirstBufferBytes) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path_, ignored)) {
    throw DataError("{}: found a directory, expected a text file", path_.string());
  }
  file_.reset(gzopen(path_.c_str(), "rb"));
  if (file_ == nullptr) {
    throw DataError("{}: cannot open the file: {}", path_.string(), std::strerror(errno));
  }
  gzbuffer(file_.get(), kInflateBufferBytes);
}

void TextReader::fail(std::string_view found, const std::string& expected) const {
  fail_with(in_quotes(found), expected);
}

void TextReader::fail_with(const std::string& found, const std::string& expected) const {
  throw DataError("{}:{}: found {}, expected {}", path_.string(), std::max<std::uint64_t>(1, line_number_), found,
                  expected);
}

bool TextReader::next() {
  std::string_view line;
  do {
    if (!read_line(line)) {
      return false;
    }
  } while (is_blank(line));
  line_ = line;
  decode();
  return true;
}

bool TextReader::read_line(std::string_view& line) {
  const char* newline = nullptr;
  std::size_t searched = 0;
  do {
    const char* const start = buffer_.data() + begin_;
    newline = static_cast<const char*>(std::memchr(start + searched, '\n', end_ - begin_ - searched));
    searched = end_ - begin_;
  } while (newline == nullptr && fill());
  if (newline == nullptr && begin_ == end_) {
    return false;
  }
  const char* const start = buffer_.data() + begin_;
  const char* const stop = newline == nullptr ? buffer_.data() + end_ : newline;
  line = {start, static_cast<std::size_t>(stop - start)};
  begin_ += line.size() + (newline == nullptr ? 0 : 1);
  ++line_number_;
  if (line_number_ == 1 && line.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    line.remove_prefix(kByteOrderMark.size());
  }
  if (!line.empty() && line.back() == '\r') {
    line.remove_suffix(1);
  }
  return true;
}

bool TextReader::fill() {
  if (is_at_end_) {
    return false;
  }
  std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), buffer_.begin() + static_cast<std::ptrdiff_t>(end_),
            buffer_.begin());
  end_ -= begin_;
  begin_ = 0;
  if (end_ >= kLongestLineBytes) {
    ++line_number_;
    fail_with("a line of more than 64 MiB", "lines of text");
  }
  if (end_ == buffer_.size()) {
    buffer_.resize(2 * buffer_.size());
  }
  const int count = gzread(file_.get(), buffer_.data() + end_, static_cast<unsigned>(buffer_.size() - end_));
  end_ += static_cast<std::size_t>(std::max(count, 0));
  is_at_end_ = count <= 0;
  int status = Z_OK;
  gzerror(file_.get(), &status);
  if (count <= 0 && status != Z_OK) {
    ++line_number_;
    fail_with(status == Z_ERRNO       ? fmt::format("a read error ({})", std::strerror(errno))
              : status == Z_BUF_ERROR ? "gzip data that end too early"
                                      : "damaged gzip data",
              "a whole file");
  }
  return count > 0;
}

void TextReader::decode() {
  const Bytes bytes(line_);
  if (bytes.has_nul) {
    fail_with("a NUL byte", "text in UTF-8 or ISO-8859-1, plain or gzip");
  }
  if (!bytes.is_ascii && !is_utf8(line_)) {
    converted_ = utf8_from_latin1(line_);
    line_ = converted_;
  }
}

}  // namespace ampcf::dataset
