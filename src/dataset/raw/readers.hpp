#pragma once

#include "ampcf/dataset/preparation.hpp"
#include "dataset/raw/fields.hpp"
#include "dataset/raw/raw_interactions.hpp"

#include <array>
#include <functional>

namespace ampcf::dataset {

/// What a field of a table is.
enum class Column { user, item, rating, timestamp, ignored };

/// A text file with an interaction per line.
struct TableForm {
  FieldSyntax syntax;
  std::vector<Column> columns;          // of the first fields of a line; more fields are ignored
  std::size_t required_columns = 0;     // a file may lack the columns behind these
  bool has_header = false;              // the first line names the columns
  bool is_header_recognisable = false;  // a number in the first line shows that the header is missing
};

/// The form of `movielens-csv`, `movielens-dat` or `delimited`. Throws UsageError for a delimiter or columns that say
/// nothing.
[[nodiscard]] TableForm form_of(const PreparationOptions& options);

/// The form of the two tables of `ncf`.
[[nodiscard]] TableForm ncf_form();

/// May refuse a row by the reader's fail().
using RowCheck = std::function<void(const RawRow&, const TextReader&)>;

/// Appends the interactions of a file; returns the number of its lines. Every line must have as many fields as the
/// first. DataError.
std::uint64_t read_table(const std::filesystem::path& path, const TableForm& form, const RatingRange& range,
                         RawInteractions& out, const RowCheck& check = {});

/// The same for lines of `user item item ...`.
std::uint64_t read_adjacency(const std::filesystem::path& path, RawInteractions& out);

/// PREFIX.train.rating, PREFIX.test.rating and PREFIX.test.negative, as themselves or with .gz behind.
[[nodiscard]] std::array<std::filesystem::path, 3> ncf_paths(const std::string& prefix);

/// The same for those three files: the test file becomes `given_tests` and the last rows of its users. A
/// candidate that repeats the positive is dropped, a repeated one counts once.
std::uint64_t read_ncf(const std::string& prefix, const RatingRange& range, RawInteractions& out);

}  // namespace ampcf::dataset
