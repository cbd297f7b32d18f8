#pragma once

#include "ampcf/core/log.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ampcf::config {
class OptionTable;
}

namespace ampcf::dataset {

/// What ampcf-prepare is asked for; the meaning of each is in add_options.
struct PreparationOptions {
  std::vector<std::string> inputs;
  std::string format;
  std::filesystem::path output;
  std::filesystem::path items;  // empty: no titles
  std::string delimiter = "comma";
  std::string columns = "user,item";
  bool has_header = false;
  std::optional<double> min_rating;
  std::optional<double> max_rating;
  std::uint64_t min_user_items = 2;
  std::uint64_t min_item_users = 2;
  std::uint64_t users_sample = 0;  // 0: all users
  std::string split = "last";
  std::string validation;  // empty: as the split, random for split none
  std::uint64_t eval_negatives = 99;
  std::uint64_t seed = 1;
  std::string provenance;  // becomes the attribute `config` of the dataset
};

/// Binds the options to a table, which may then parse.
void add_options(config::OptionTable& table, PreparationOptions& options);

/// Throws UsageError where parsed options contradict each other, and settles what depends on the format and on what was
/// given: no filters for `ncf`, the validation rule, the provenance.
void settle_options(const config::OptionTable& table, PreparationOptions& options);

/// Mean, population standard deviation and median of a count.
struct Spread {
  double mean = 0;
  double deviation = 0;
  double median = 0;
};

[[nodiscard]] Spread spread_of(std::vector<std::uint64_t> counts);

/// What a preparation made of its input. Interactions are those of training, validation and test together.
struct Summary {
  std::uint64_t users = 0;
  std::uint64_t items = 0;
  std::uint64_t interactions = 0;
  Spread items_per_user;
  Spread users_per_item;

  std::uint64_t lines = 0;
  std::uint64_t rows = 0;               // pairs of user and item in the lines
  std::uint64_t duplicates = 0;         // rows replaced by a later one of the same pair
  std::uint64_t dropped_by_rating = 0;  // pairs whose rating is no interaction
  std::uint64_t filter_rounds = 0;
  std::uint64_t dropped_users = 0;  // all who are not in the dataset
  std::uint64_t dropped_items = 0;
  std::optional<std::uint64_t> sampled_from;  // users that passed the filters, of whom --users-sample were drawn

  std::uint64_t training = 0;
  std::uint64_t validation = 0;
  std::uint64_t test = 0;
  std::uint64_t candidates = 0;   // width of the candidate lists
  std::uint64_t short_lists = 0;  // candidate lists, of either part, that are not full
  std::optional<std::uint64_t> titles;
  std::string fingerprint;

  /// 1 - interactions / (users * items).
  [[nodiscard]] double sparsity() const;

  /// Aligned lines: the row of table 1 of the paper, then what happened on the way.
  [[nodiscard]] std::string text() const;
};

/// Reads raw interactions and writes the dataset. DataError for the input, RuntimeError for the output.
[[nodiscard]] Summary prepare(const PreparationOptions& options, Log& log);

}  // namespace ampcf::dataset
