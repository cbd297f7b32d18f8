#pragma once

#include "ampcf/config/options.hpp"
#include "ampcf/recommendation/filter.hpp"
#include "ampcf/recommendation/fold_in.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ampcf::recommendation {

/// Everything that ampcf-recommend is told.
struct RecommendOptions {
  std::filesystem::path data;
  std::filesystem::path checkpoint;

  std::vector<std::string> users;
  bool is_for_all = false;
  std::filesystem::path history;    // of somebody whom the model has not seen
  std::filesystem::path test_file;  // what to measure such users on; empty: they are recommended to
  FoldInOptions fold_in;
  std::filesystem::path output;     // of the lists of all users
  std::filesystem::path export_to;  // directory for the model's numbers
  std::string export_form = "both";

  bool has_cards = false;  // of personas, in place of lists

  std::uint64_t top = 10;
  bool is_history_included = false;
  FilterOptions filter;

  std::uint64_t nearest = 2;        // items of the history beside each recommended one
  std::uint64_t history_items = 5;  // of each persona, as text
  std::string format = "text";
  std::string color = "auto";  // of the text
};

/// Adds the options to a table; they must outlive it.
void add_options(config::OptionTable& table, RecommendOptions& options);

/// Refuses what is missing or does not fit together with a UsageError.
void check_options(const config::OptionTable& table, const RecommendOptions& options);

}  // namespace ampcf::recommendation
