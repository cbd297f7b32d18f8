#pragma once

#include "ampcf/config/options.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ampcf::report {

struct ReportOptions {
  std::vector<std::string> runs;     // run directories
  std::vector<std::string> metrics;  // metrics.json files
  std::filesystem::path sweep;       // folder of ampcf-sweep
  std::filesystem::path output;
  std::string title = "AMP-CF training report";
  std::string compared;              // columns of metrics.h5, A,B,...; empty: compared_by_default()
  std::uint64_t resamples = 10000;   // of the users, behind each tested difference
  std::filesystem::path data;        // of the users' portraits
  std::filesystem::path checkpoint;  // likewise; empty: best.h5 of the first run
  std::vector<std::string> users;    // raw ids
  std::uint64_t top = 10;            // items of the final lists
  std::uint64_t history = 8;         // items of the history, and of each persona's own list
};

void add_options(config::OptionTable& table, ReportOptions& options);

/// Refuses with a UsageError what is missing or does not fit together, and fills in the checkpoint.
void check_options(const config::OptionTable& table, ReportOptions& options);

}  // namespace ampcf::report
