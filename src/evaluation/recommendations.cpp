#include "ampcf/evaluation/recommendations.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/evaluation/cases.hpp"
#include "dataset/raw/fields.hpp"
#include "evaluation/id_index.hpp"

#include <algorithm>
#include <tuple>

namespace ampcf::evaluation {

namespace {

constexpr const char* kForm = "user,item,score";

struct Row {
  std::uint32_t user;
  ItemIndex item;
  double score;
  std::uint64_t line;
};

double score_in(std::string_view field, const dataset::TextReader& reader) {
  const auto score = dataset::number_in(field);
  if (!score) {
    reader.fail(field, "a score (a finite number)");
  }
  return *score;
}

std::vector<Row> read_rows(dataset::TextReader& reader, const IdIndex& users, const IdIndex& items,
                           dataset::Interner& unknown_items) {
  std::vector<Row> rows;
  dataset::FieldSplitter splitter({",", true, false});
  bool is_first = true;
  while (reader.next()) {
    const bool is_header = is_first && reader.line() == kForm;
    is_first = false;
    if (is_header) {
      continue;
    }
    const auto& fields = splitter.split(reader);
    if (fields.size() != 3) {
      reader.fail(reader.line(), kForm);
    }
    const auto user = known_user(users, fields[0], reader);
    dataset::require_id(fields[1], "item", reader);
    const double score = score_in(fields[2], reader);
    if (const auto item = items.find(fields[1])) {
      rows.push_back({user, *item, score, reader.line_number()});
    } else {
      unknown_items.intern(fields[1]);
    }
  }
  if (is_first) {
    reader.fail_with("the end of the file", fmt::format("lines of {}", kForm));
  }
  return rows;
}

void refuse_repeated_pairs(const std::filesystem::path& path, std::vector<Row>& rows,
                           const std::vector<std::string>& user_ids, const std::vector<std::string>& item_ids) {
  const auto order = [](const Row& row) { return std::tuple(row.user, row.item, row.line); };
  std::sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) { return order(a) < order(b); });
  const Row* first_repeat = nullptr;
  const Row* original = nullptr;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const bool is_repeat = rows[i].user == rows[i - 1].user && rows[i].item == rows[i - 1].item;
    if (is_repeat && (first_repeat == nullptr || rows[i].line < first_repeat->line)) {
      first_repeat = &rows[i];
      original = &rows[i - 1];
    }
  }
  if (first_repeat != nullptr) {
    throw DataError("{}:{}: item '{}' of user '{}' again, expected each pair once (the first is line {})",
                    path.string(), first_repeat->line, item_ids[first_repeat->item], user_ids[first_repeat->user],
                    original->line);
  }
}

}  // namespace

RecommendationFile read_recommendations(const std::filesystem::path& path, const std::vector<std::string>& user_ids,
                                        const std::vector<std::string>& item_ids) {
  dataset::TextReader reader(path);
  dataset::Interner unknown_items;
  auto rows = read_rows(reader, IdIndex(user_ids), IdIndex(item_ids), unknown_items);
  refuse_repeated_pairs(path, rows, user_ids, item_ids);
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return std::tuple(a.user, -a.score, a.item) < std::tuple(b.user, -b.score, b.item);
  });
  RecommendationFile file;
  file.unknown_items = unknown_items.size();
  auto& lists = file.lists;
  lists.users = {0, user_ids.size()};
  auto row = rows.begin();
  for (std::uint32_t user = 0; user < user_ids.size(); ++user) {
    for (; row != rows.end() && row->user == user; ++row) {
      lists.item.push_back(row->item);
      lists.score.push_back(row->score);
    }
    lists.indptr.push_back(lists.item.size());
  }
  return file;
}

Recommendations deal(const communication::Communicator& communicator, const Recommendations& all,
                     const std::vector<UserRange>& ranges) {
  const bool is_root = communicator.rank() == 0;
  const auto values = is_root ? values_in(ranges, all.indptr) : std::vector<std::uint64_t>();
  Recommendations own;
  own.users = ranges[static_cast<std::size_t>(communicator.rank())];
  own.item = communicator.scatter(std::span<const ItemIndex>(all.item), values, 0);
  own.score = communicator.scatter(std::span<const double>(all.score), values, 0);
  own.indptr = deal_offsets(communicator, all.indptr, ranges);
  return own;
}

}  // namespace ampcf::evaluation
