#pragma once

#include "ampcf/evaluation/report.hpp"
#include "ampcf/storage/file.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace ampcf::evaluation {

/// Fills a metrics.h5 (src/evaluation/FORMAT.md).
void write_measures(storage::File& file, const Report& report);

/// A metrics.h5 open for reading. Faults are DataErrors.
class MetricsFile {
 public:
  explicit MetricsFile(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const { return file_.path(); }
  [[nodiscard]] std::string dataset_fingerprint() const { return file_.text_attribute("dataset_fingerprint"); }
  [[nodiscard]] std::string split() const { return file_.text_attribute("split"); }
  [[nodiscard]] CaseFingerprints cases() const {
    return {file_.text_attribute("positives"), file_.text_attribute("candidates")};
  }

  /// Describes the taste space that was measured in; "none" without one.
  [[nodiscard]] std::string taste() const { return file_.text_attribute("taste"); }

  /// The measured columns, as in full_hr@10, in the order of the table.
  [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }

  /// Whether this is one of them, or one for a part of a slice, as in full_hr@10:taste:lesser.
  [[nodiscard]] bool has(const std::string& name) const;

  /// What has() knows, (n_users); NaN also for users outside the part.
  [[nodiscard]] std::vector<double> column(const std::string& name) const;

 private:
  storage::File file_;
  std::vector<std::string> columns_;
};

}  // namespace ampcf::evaluation
