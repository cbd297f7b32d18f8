#include "dataset/raw/fields.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace ampcf::dataset {

namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

template <typename T>
std::optional<T> parsed(std::string_view text) {
  text = trimmed(text);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

const std::vector<std::string_view>& FieldSplitter::split(const TextReader& reader) {
  const auto line = reader.line();
  const auto& delimiter = syntax_.delimiter;
  fields_.clear();
  unquoted_.clear();
  for (std::size_t at = 0;;) {
    if (syntax_.has_quotes && at < line.size() && line[at] == '"') {
      at = take_quoted(reader, at);
      if (line.substr(at).empty()) {
        break;
      }
    } else {
      const auto stop = std::min(line.find(delimiter, at), line.size());
      if (!(syntax_.joins_delimiters && stop == at)) {
        fields_.push_back(line.substr(at, stop - at));
      }
      at = stop;
      if (at == line.size()) {
        break;
      }
    }
    at += delimiter.size();
  }
  return fields_;
}

std::size_t FieldSplitter::take_quoted(const TextReader& reader, std::size_t open) {
  const auto line = reader.line();
  unquoted_.reserve(line.size());
  const auto start = unquoted_.size();
  for (auto at = open + 1;;) {
    const auto quote = line.find('"', at);
    if (quote == std::string_view::npos) {
      reader.fail(line.substr(open), "a closing quotation mark in the same line");
    }
    unquoted_.append(line.substr(at, quote - at));
    if (line.substr(quote + 1, 1) != "\"") {
      const auto after = line.substr(quote + 1);
      if (!after.empty() && after.substr(0, syntax_.delimiter.size()) != syntax_.delimiter) {
        reader.fail(line.substr(open), "the delimiter or the end of the line after a closing quotation mark");
      }
      fields_.push_back(std::string_view(unquoted_).substr(start));
      return quote + 1;
    }
    unquoted_.push_back('"');
    at = quote + 2;
  }
}

std::optional<double> number_in(std::string_view text) {
  const auto number = parsed<double>(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

double rating_in(std::string_view text, const TextReader& reader) {
  const auto rating = number_in(text);
  if (!rating) {
    reader.fail(text, "a rating (a finite number)");
  }
  return *rating;
}

std::int64_t timestamp_in(std::string_view text, const TextReader& reader) {
  const auto time = parsed<std::int64_t>(text);
  if (!time) {
    reader.fail(text, "a timestamp (an integer)");
  }
  return *time;
}

void require_id(std::string_view text, const char* what, const TextReader& reader) {
  if (text.empty()) {
    reader.fail_with(fmt::format("an empty {} in {}", what, in_quotes(reader.line())), "some text");
  }
  require_text_length(text, what, reader);
}

void require_text_length(std::string_view text, const char* what, const TextReader& reader) {
  if (text.size() > kLongestTextBytes) {
    reader.fail(text, fmt::format("a {} of at most {} bytes, not {}", what, kLongestTextBytes, text.size()));
  }
}

}  // namespace ampcf::dataset
