#include "ampcf/evaluation/test_file.hpp"

#include "ampcf/core/error.hpp"
#include "dataset/raw/fields.hpp"
#include "evaluation/id_index.hpp"

#include <algorithm>

namespace ampcf::evaluation {

namespace {

// What one line asks; users come in any order in the file.
struct Line {
  std::uint64_t number = 0;  // in the file; 0: the user has none
  std::int64_t positive = kNoItem;
  std::vector<ItemIndex> negatives;
  std::uint64_t unknown_negatives = 0;
};

class Parser {
 public:
  Parser(const std::vector<std::string>& user_ids, const std::vector<std::string>& item_ids)
      : users_(user_ids), items_(item_ids), lines_(user_ids.size()) {}

  void read(const std::filesystem::path& path) {
    dataset::TextReader reader(path);
    dataset::FieldSplitter splitter({"\t", false, false});
    while (reader.next()) {
      take(splitter.split(reader), reader);
    }
    if (file_.user_count == 0) {
      reader.fail_with("the end of the file", "lines of user<TAB>positive<TAB>negative...");
    }
  }

  TestFile result() {
    for (auto& line : lines_) {
      file_.cases.append(line.positive, std::move(line.negatives), line.unknown_negatives);
    }
    file_.cases.users = {0, lines_.size()};
    file_.unknown_items = unknown_items_.size();
    return std::move(file_);
  }

 private:
  void take(const std::vector<std::string_view>& fields, const dataset::TextReader& reader) {
    if (fields.size() < 2) {
      reader.fail(reader.line(), "user<TAB>positive<TAB>negative...");
    }
    for (const auto field : fields) {
      dataset::require_id(field, "field", reader);
    }
    auto& line = lines_[known_user(users_, fields[0], reader)];
    if (line.number != 0) {
      reader.fail_with(fmt::format("user {} again", dataset::in_quotes(fields[0])),
                       fmt::format("one line for each user (the first is line {})", line.number));
    }
    line.number = reader.line_number();
    ++file_.user_count;
    line.positive = index_of(fields[1]);
    file_.unknown_positives += line.positive == kUnknownItem ? 1 : 0;
    take_negatives(fields, line);
  }

  void take_negatives(const std::vector<std::string_view>& fields, Line& line) {
    std::vector<std::string_view> unknown;
    for (auto field = fields.begin() + 2; field != fields.end(); ++field) {
      const auto item = index_of(*field);
      if (item != kUnknownItem) {
        line.negatives.push_back(static_cast<ItemIndex>(item));
      } else if (*field != fields[1]) {
        unknown.push_back(*field);
      }
    }
    std::sort(unknown.begin(), unknown.end());
    line.unknown_negatives = static_cast<std::uint64_t>(std::unique(unknown.begin(), unknown.end()) - unknown.begin());
  }

  std::int64_t index_of(std::string_view id) {
    const auto item = items_.find(id);
    if (!item) {
      unknown_items_.intern(id);
    }
    return item ? static_cast<std::int64_t>(*item) : kUnknownItem;
  }

  IdIndex users_;
  IdIndex items_;
  std::vector<Line> lines_;  // by user
  dataset::Interner unknown_items_;
  TestFile file_;
};

}  // namespace

TestFile read_test_file(const std::filesystem::path& path, const std::vector<std::string>& user_ids,
                        const std::vector<std::string>& item_ids) {
  Parser parser(user_ids, item_ids);
  parser.read(path);
  return parser.result();
}

}  // namespace ampcf::evaluation
