#include "dataset/raw/readers.hpp"

namespace ampcf::dataset {

namespace {

constexpr std::string_view kBlanks = " \t";

/// Takes the next word off the front of `rest`; empty at its end.
std::string_view next_word(std::string_view& rest) {
  const auto start = std::min(rest.find_first_not_of(kBlanks), rest.size());
  rest.remove_prefix(start);
  const auto word = rest.substr(0, rest.find_first_of(kBlanks));
  rest.remove_prefix(word.size());
  return word;
}

}  // namespace

std::uint64_t read_adjacency(const std::filesystem::path& path, RawInteractions& out) {
  TextReader reader(path);
  std::uint64_t lines = 0;
  for (; reader.next(); ++lines) {
    auto rest = reader.line();
    const auto user_id = next_word(rest);
    require_id(user_id, "user id", reader);
    RawRow row;
    row.user = out.user_number(user_id);
    for (auto word = next_word(rest); !word.empty(); word = next_word(rest)) {
      require_id(word, "item id", reader);
      row.item = out.items.intern(word) & Interner::kMost;
      out.rows.push_back(row);
    }
  }
  if (lines == 0) {
    reader.fail_with("the end of the file", "lines of 'user item item ...'");
  }
  return lines;
}

}  // namespace ampcf::dataset
