#pragma once

#include "ampcf/evaluation/bootstrap.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ampcf::report {

/// A figure of a metrics.json with its interval.
struct Measured {
  std::string group;  // sampled, full, tdd, lists, explanations or planted
  std::string name;   // hr@10
  double value = 0.0;
  std::optional<evaluation::Interval> interval{};
};

/// Some of the users and their figures at the first cut-off.
struct SlicePart {
  std::string slice;  // item_popularity
  std::string part;   // tail
  std::uint64_t users = 0;
  std::vector<Measured> figures{};
};

/// What an ampcf-evaluate left: metrics.json, and metrics.h5 beside it.
struct Metrics {
  std::filesystem::path json;
  std::filesystem::path h5;
  std::string dataset;
  std::string dataset_fingerprint;
  std::string split;
  std::string kind;  // of the model: checkpoint, recommendations or baseline
  std::string model;
  std::uint64_t users = 0;
  std::uint64_t users_in_dataset = 0;
  std::uint64_t items_in_dataset = 0;
  std::uint64_t k = 0;
  double level = 0.0;  // of the intervals; 0 where there are none
  std::string revision;
  std::vector<Measured> figures{};
  std::vector<SlicePart> slices{};

  [[nodiscard]] const Measured* find(const std::string& group, const std::string& name) const;
};

/// Reads X.json, given as X.json or X.h5, and the head of X.h5, which must be of the same evaluation. Faults are
/// DataErrors, those of the text beginning FILE:LINE: where there is a line to name.
[[nodiscard]] Metrics read_metrics(const std::filesystem::path& path);

}  // namespace ampcf::report
