#include "ampcf/core/error.hpp"
#include "dataset/raw/encoding.hpp"
#include "dataset/raw/readers.hpp"

#include <algorithm>

namespace ampcf::dataset {

namespace {

const std::vector<Column> kAllColumns{Column::user, Column::item, Column::rating, Column::timestamp};

std::string delimiter_of(const std::string& text) {
  static const std::vector<std::pair<std::string, std::string>> kWords{
      {"tab", "\t"}, {"comma", ","}, {"space", " "}, {"semicolon", ";"}};
  for (const auto& [word, character] : kWords) {
    if (text == word) {
      return character;
    }
  }
  const bool is_one_character = !text.empty() && character_bytes(text) == text.size();
  if (!is_one_character || text == "\"" || text == "\n" || text == "\r") {
    throw UsageError("--delimiter: found '{}', expected one character or tab|comma|space|semicolon", text);
  }
  return text;
}

Column column_of(const std::string& name) {
  static const std::vector<std::pair<std::string, Column>> kNames{{"user", Column::user},
                                                                  {"item", Column::item},
                                                                  {"rating", Column::rating},
                                                                  {"timestamp", Column::timestamp},
                                                                  {"-", Column::ignored}};
  for (const auto& [known, column] : kNames) {
    if (name == known) {
      return column;
    }
  }
  throw UsageError("--columns: found '{}', expected user, item, rating, timestamp or - (ignored), as in user,item,-",
                   name);
}

std::vector<Column> columns_of(const std::string& text) {
  std::vector<Column> columns;
  for (std::size_t start = 0; start <= text.size();) {
    const auto stop = std::min(text.find(',', start), text.size());
    columns.push_back(column_of(text.substr(start, stop - start)));
    start = stop + 1;
  }
  const auto count = [&](Column column) { return std::count(columns.begin(), columns.end(), column); };
  if (count(Column::user) != 1 || count(Column::item) != 1 || count(Column::rating) > 1 ||
      count(Column::timestamp) > 1) {
    throw UsageError("--columns: found '{}', expected user and item once, rating and timestamp at most once", text);
  }
  return columns;
}

TableForm movielens_csv_form() {
  return {
      .syntax = {}, .columns = kAllColumns, .required_columns = 2, .has_header = true, .is_header_recognisable = true};
}

TableForm movielens_dat_form() {
  return {.syntax = {.delimiter = "::", .has_quotes = false}, .columns = kAllColumns, .required_columns = 4};
}

TableForm delimited_form(const std::string& delimiter, const std::string& columns, bool has_header) {
  TableForm form;
  form.syntax.delimiter = delimiter_of(delimiter);
  form.syntax.joins_delimiters = form.syntax.delimiter == " ";
  form.columns = columns_of(columns);
  form.required_columns = form.columns.size();
  form.has_header = has_header;
  return form;
}

}  // namespace

TableForm ncf_form() {
  return {.syntax = {.delimiter = "\t", .has_quotes = false}, .columns = kAllColumns, .required_columns = 2};
}

TableForm form_of(const PreparationOptions& options) {
  if (options.format == "movielens-csv") {
    return movielens_csv_form();
  }
  return options.format == "movielens-dat" ? movielens_dat_form()
                                           : delimited_form(options.delimiter, options.columns, options.has_header);
}

}  // namespace ampcf::dataset
