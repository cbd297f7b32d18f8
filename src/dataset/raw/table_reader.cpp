#include "dataset/raw/readers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ampcf::dataset {

namespace {

constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);

std::string name_of(Column column) {
  switch (column) {
    case Column::user:
      return "user";
    case Column::item:
      return "item";
    case Column::rating:
      return "rating";
    case Column::timestamp:
      return "timestamp";
    case Column::ignored:
      break;
  }
  return "-";
}

std::string description_of(const TableForm& form) {
  std::string text;
  for (const auto column : form.columns) {
    text += (text.empty() ? "" : form.syntax.delimiter) + name_of(column);
  }
  return in_quotes(text);
}

/// Reads the lines of one file; the first line says how many fields all of them have.
class TableReader {
 public:
  TableReader(const std::filesystem::path& path, const TableForm& form, const RatingRange& range, RawInteractions& out,
              const RowCheck& check)
      : reader_(path), splitter_(form.syntax), form_(form), range_(range), out_(out), check_(check) {}

  std::uint64_t read() {
    if (form_.has_header && reader_.next()) {
      check_header();
    }
    std::uint64_t lines = 0;
    for (; reader_.next(); ++lines) {
      add(splitter_.split(reader_));
    }
    if (lines == 0) {
      reader_.fail_with("the end of the file", "lines of " + description_of(form_));
    }
    return lines;
  }

 private:
  void check_header() {
    const auto& fields = splitter_.split(reader_);
    const bool is_data = std::any_of(fields.begin(), fields.end(), [](auto field) { return number_in(field); });
    if (form_.is_header_recognisable && is_data) {
      reader_.fail(reader_.line(),
                   "a header such as userId,movieId,rating,timestamp (a file without one: --format delimited)");
    }
    take_width(fields.size());
  }

  void take_width(std::size_t width) {
    if (width < form_.required_columns) {
      reader_.fail(reader_.line(), description_of(form_));
    }
    width_ = width;
    const auto place_of = [&](Column column) {
      const auto found = std::find(form_.columns.begin(), form_.columns.end(), column);
      const auto place = static_cast<std::size_t>(found - form_.columns.begin());
      return found == form_.columns.end() || place >= width ? kAbsent : place;
    };
    user_ = place_of(Column::user);
    item_ = place_of(Column::item);
    rating_ = place_of(Column::rating);
    timestamp_ = place_of(Column::timestamp);
    if (rating_ == kAbsent && !range_.is_open()) {
      reader_.fail(reader_.line(), "a rating in every line, as --min-rating or --max-rating is given");
    }
  }

  void add(const std::vector<std::string_view>& fields) {
    if (width_ == 0) {
      take_width(fields.size());
    }
    if (fields.size() != width_) {
      reader_.fail(reader_.line(),
                   fmt::format("{} fields, as many as in the first line, not {}", width_, fields.size()));
    }
    require_id(fields[user_], "user id", reader_);
    require_id(fields[item_], "item id", reader_);
    RawRow row;
    row.is_positive = rating_ == kAbsent || range_.contains(rating_in(fields[rating_], reader_));
    row.time = timestamp_ == kAbsent ? 0 : timestamp_in(fields[timestamp_], reader_);
    row.user = out_.user_number(fields[user_]);
    row.item = out_.items.intern(fields[item_]) & Interner::kMost;
    if (check_) {
      check_(row, reader_);
    }
    out_.rows.push_back(row);
  }

  TextReader reader_;
  FieldSplitter splitter_;
  const TableForm& form_;
  const RatingRange& range_;
  RawInteractions& out_;
  const RowCheck& check_;
  std::size_t width_ = 0;
  std::size_t user_ = 0;
  std::size_t item_ = 0;
  std::size_t rating_ = kAbsent;
  std::size_t timestamp_ = kAbsent;
};

}  // namespace

std::uint64_t read_table(const std::filesystem::path& path, const TableForm& form, const RatingRange& range,
                         RawInteractions& out, const RowCheck& check) {
  return TableReader(path, form, range, out, check).read();
}

}  // namespace ampcf::dataset
