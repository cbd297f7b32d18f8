#include "dataset/raw/item_table_reader.hpp"

#include "dataset/raw/fields.hpp"
#include "dataset/raw/interner.hpp"

#include <algorithm>

namespace ampcf::dataset {

namespace {

constexpr std::string_view kNoGenres = "(no genres listed)";  // MovieLens' words for an empty list

FieldSyntax sniffed(const TextReader& reader) {
  const auto line = reader.line();
  if (line.find("::") != std::string_view::npos) {
    return {.delimiter = "::", .has_quotes = false};
  }
  return {.delimiter = line.find('\t') != std::string_view::npos ? "\t" : ","};
}

}  // namespace

std::uint64_t read_item_table(const std::filesystem::path& path, ItemTable& table) {
  Interner items;
  for (const auto& id : table.id) {
    items.intern(id);
  }
  TextReader reader(path);
  if (!reader.next()) {
    reader.fail_with("the end of the file", "lines of id, title and tags");
  }
  FieldSplitter splitter(sniffed(reader));
  table.title.assign(table.id.size(), "");
  std::vector<std::string> tags(table.id.size());
  std::vector<bool> is_known(table.id.size(), false);
  do {
    const auto& fields = splitter.split(reader);
    if (fields.size() < 2) {
      reader.fail(reader.line(), "id" + splitter.syntax().delimiter + "title, with or without tags behind");
    }
    const auto item = items.find(fields[0]);
    if (item == Interner::kNone) {
      continue;
    }
    require_text_length(fields[1], "title", reader);
    table.title[item] = fields[1];
    is_known[item] = true;
    if (fields.size() > 2 && fields[2] != kNoGenres) {
      require_text_length(fields[2], "list of tags", reader);
      tags[item] = fields[2];
    }
  } while (reader.next());
  if (std::any_of(tags.begin(), tags.end(), [](const auto& text) { return !text.empty(); })) {
    table.tags = std::move(tags);
  }
  return static_cast<std::uint64_t>(std::count(is_known.begin(), is_known.end(), true));
}

}  // namespace ampcf::dataset
