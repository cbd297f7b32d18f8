#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ampcf::report {

/// A column of log.csv, NaN where a field is empty.
using Columns = std::map<std::string, std::vector<double>>;

/// The model in a run's best.h5.
struct BestModel {
  std::string dataset_fingerprint;
  std::uint64_t epoch = 0;
  std::uint64_t personas = 0;
  std::uint64_t dim = 0;
};

/// A run directory of ampcf-train.
struct Run {
  std::filesystem::path path;
  Columns log;                                                 // all of one length; at least `epoch`, rising
  std::vector<std::pair<std::string, std::string>> options{};  // config.ini, in its order
  std::optional<BestModel> best{};                             // none before the first checkpoint

  [[nodiscard]] std::size_t epoch_count() const { return log.at("epoch").size(); }

  /// A column; empty where this log has none of that name or no number in it.
  [[nodiscard]] const std::vector<double>& column(const std::string& name) const;

  /// The value of an option; empty where config.ini does not have it.
  [[nodiscard]] std::string option(const std::string& name) const;
};

/// Reads log.csv, config.ini and the head of best.h5. Throws DataError where the folder is missing or no run's, or a
/// file is malformed; RuntimeError where best.h5 is damaged.
[[nodiscard]] Run read_run(const std::filesystem::path& path);

/// The same of a log alone.
[[nodiscard]] Columns read_log(const std::filesystem::path& path);

}  // namespace ampcf::report
