#include "ampcf/config/options.hpp"
#include "ampcf/core/error.hpp"
#include "ampcf/dataset/preparation.hpp"
#include "dataset/raw/readers.hpp"

#include <algorithm>

namespace ampcf::dataset {

namespace {

/// What only `delimited` reads must not be given for another format. In a resolved INI file the defaults stand all the
/// same.
void check_delimited(const config::OptionTable& table, const PreparationOptions& options) {
  if (options.format == "delimited") {
    return;
  }
  const PreparationOptions defaults;
  for (const auto& [name, is_default] : {std::pair("delimiter", options.delimiter == defaults.delimiter),
                                         std::pair("columns", options.columns == defaults.columns),
                                         std::pair("header", options.has_header == defaults.has_header)}) {
    if (!is_default || (table.is_given(name) && !table.is_given("config"))) {
      throw UsageError(
          "--{} describes files of --format delimited: expected none with --format {}, which knows its own", name,
          options.format);
    }
  }
}

void check_ratings(const PreparationOptions& options) {
  if (options.min_rating && options.max_rating && *options.min_rating > *options.max_rating) {
    throw UsageError("--min-rating {} lies above --max-rating {}: no rating would be an interaction",
                     *options.min_rating, *options.max_rating);
  }
  if (!options.min_rating && !options.max_rating) {
    return;
  }
  if (options.format == "adjacency") {
    throw UsageError("--min-rating and --max-rating need ratings, and --format adjacency has none");
  }
  const auto columns = options.format == "delimited" ? form_of(options).columns : std::vector{Column::rating};
  if (std::find(columns.begin(), columns.end(), Column::rating) == columns.end()) {
    throw UsageError(
        "--min-rating and --max-rating need ratings: name their column, as in "
        "--columns user,item,rating");
  }
}

void check_ncf(const config::OptionTable& table, const PreparationOptions& options) {
  if (options.inputs.size() != 1) {
    throw UsageError("--format ncf takes one --input, the prefix of its three files; found {}", options.inputs.size());
  }
  for (const auto& [name, least] :
       {std::pair("min-user-items", options.min_user_items), std::pair("min-item-users", options.min_item_users)}) {
    if (table.is_given(name) && least > 1) {
      throw UsageError("--{} {} cannot go with --format ncf, whose test items and candidates are kept exactly", name,
                       least);
    }
  }
  if (options.users_sample > 0) {
    throw UsageError("--users-sample {} cannot go with --format ncf, whose test items and candidates are kept exactly",
                     options.users_sample);
  }
  if (options.split != "last") {
    throw UsageError("--split {} cannot go with --format ncf, whose test items are given", options.split);
  }
}

std::string provenance_of(const config::OptionTable& table, const PreparationOptions& options) {
  std::string text;
  for (const auto& input : options.inputs) {
    text += "input = " + input + "\n";
  }
  return text + table.resolved();
}

}  // namespace

void add_options(config::OptionTable& table, PreparationOptions& options) {
  const std::vector<std::string> formats{"movielens-csv", "movielens-dat", "delimited", "adjacency", "ncf"};
  const std::vector<std::string> rules{"last", "random", "none"};
  const config::Range negatives{0.0, 1e6, "0 to 1000000"};
  const config::Range finite{-1e300, 1e300, "a finite number"};

  table.begin_group("Input and output");
  auto& input = table.add(
      "input", options.inputs, "PATH",
      "raw interactions, plain or gzip; several files (--input again) are joined in this order. For ncf a PREFIX, of "
      "which PREFIX.train.rating, PREFIX.test.rating and PREFIX.test.negative are read");
  input.is_required = true;
  input.is_path = true;
  table
      .add_choice("format", options.format, formats,
                  "form of the input: movielens-csv: header, then user,item,rating,timestamp; movielens-dat: "
                  "user::item::rating::timestamp; delimited: see below; adjacency: 'user item item ...' in each line; "
                  "ncf: the files of the NCF paper, whose test items and candidates are kept exactly")
      .is_required = true;
  table.add("output", options.output, "the dataset, HDF5").is_required = true;
  table.add(
      "items", options.items,
      "lines of id, title and tags (A|B), such as movies.csv or movies.dat, whatever the --format: '::', a tab or a "
      "comma divides them, as the first line shows");

  table.begin_group("Files of --format delimited");
  table.add("delimiter", options.delimiter, "C", "one character, or tab, comma, space, semicolon");
  table.add("columns", options.columns, "LIST",
            "what the fields of a line are, of user,item,rating,timestamp and - (ignored); more fields are ignored");
  table.add("header", options.has_header, "the first line names the columns and is passed over");

  table.begin_group("What counts");
  table.add("min-rating", options.min_rating, "a rating below is no interaction", finite);
  table.add("max-rating", options.max_rating, "a rating above is no interaction", finite);
  table.add("min-user-items", options.min_user_items,
            "drop users with fewer items, and again until nothing changes; 0 and 1: no filter, nor for ncf");
  table.add("min-item-users", options.min_item_users, "likewise items with fewer users");
  table.add("users-sample", options.users_sample,
            "keep at most so many users, drawn at random of those who pass the filters, and filter again; 0: all");

  table.begin_group("Held-out items");
  table.add_choice("split", options.split, rules,
                   "test item of each user: the last by timestamp (ties, and files without: by order in the file), a "
                   "random one, or none");
  table.add_choice("validation", options.validation, rules,
                   "validation item of each user, from what then remains, unless nothing would stay for training "
                   "(default: as --split; random for --split none)");
  table.add("eval-negatives", options.eval_negatives,
            "candidates drawn beside each held-out item from the items that the user never consumed", negatives);
  table.add("seed", options.seed, "of all that is random");
}

void settle_options(const config::OptionTable& table, PreparationOptions& options) {
  check_delimited(table, options);
  check_ratings(options);
  (void)form_of(options);  // refuses a wrong --delimiter or --columns
  if (options.format == "ncf") {
    check_ncf(table, options);
    for (const auto& file : ncf_paths(options.inputs.front())) {
      config::require_other_log(table.log_options().file, "input", file);
    }
    options.min_user_items = 0;
    options.min_item_users = 0;
  }
  if (options.validation.empty()) {
    options.validation = options.split == "none" ? "random" : options.split;
  }
  options.provenance = provenance_of(table, options);
}

}  // namespace ampcf::dataset
