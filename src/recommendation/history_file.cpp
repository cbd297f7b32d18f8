#include "ampcf/recommendation/history_file.hpp"

#include "ampcf/core/error.hpp"
#include "dataset/raw/fields.hpp"
#include "evaluation/id_index.hpp"

#include <algorithm>

namespace ampcf::recommendation {

namespace {

constexpr const char* kOnlyUser = "new";

class Parser {
 public:
  explicit Parser(const std::vector<std::string>& item_ids) : items_(item_ids) {}

  std::vector<GivenHistory> read(const std::filesystem::path& path) {
    dataset::TextReader reader(path);
    dataset::FieldSplitter splitter({",", true, false});
    while (reader.next()) {
      take(splitter.split(reader), reader);
    }
    if (histories_.empty()) {
      reader.fail_with("the end of the file", "lines of user,item or of item");
    }
    for (std::size_t user = 0; user < histories_.size(); ++user) {
      finish(histories_[user], first_line_[user], path);
    }
    return std::move(histories_);
  }

 private:
  void take(const std::vector<std::string_view>& fields, const dataset::TextReader& reader) {
    if (width_ == 0) {
      width_ = fields.size();
      if (reader.line() == "user,item" || reader.line() == "item") {
        return;
      }
    }
    if (fields.size() != width_ || width_ > 2) {
      reader.fail(reader.line(), width_ == 1 ? "item" : "user,item");
    }
    for (const auto field : fields) {
      dataset::require_id(field, "field", reader);
    }
    auto& history = of(width_ == 1 ? kOnlyUser : fields.front(), reader.line_number());
    if (const auto item = items_.find(fields.back())) {
      history.items.push_back(*item);
    } else {
      ++history.unknown_items;
    }
  }

  GivenHistory& of(std::string_view user, std::uint64_t line) {
    const auto number = users_.intern(user);
    if (number == histories_.size()) {
      histories_.push_back({std::string(user), {}, 0});
      first_line_.push_back(line);
    }
    return histories_[number];
  }

  static void finish(GivenHistory& history, std::uint64_t line, const std::filesystem::path& path) {
    if (history.items.empty()) {
      throw DataError("{}:{}: none of the {} items of user {} is in the dataset, expected one at least", path.string(),
                      line, history.unknown_items, dataset::in_quotes(history.id));
    }
    std::sort(history.items.begin(), history.items.end());
    history.items.erase(std::unique(history.items.begin(), history.items.end()), history.items.end());
  }

  evaluation::IdIndex items_;
  dataset::Interner users_;
  std::vector<GivenHistory> histories_;
  std::vector<std::uint64_t> first_line_;  // of each user
  std::size_t width_ = 0;                  // fields of a line
};

}  // namespace

std::vector<GivenHistory> read_histories(const std::filesystem::path& path, const std::vector<std::string>& item_ids) {
  return Parser(item_ids).read(path);
}

}  // namespace ampcf::recommendation
