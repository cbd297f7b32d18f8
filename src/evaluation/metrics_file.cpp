#include "ampcf/evaluation/metrics_file.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/core/version.hpp"
#include "ampcf/evaluation/slices.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace ampcf::evaluation {

namespace {

constexpr int kDeflate = 1;

// /users/tdd_js and its like are always there, as scripts expect.
bool is_written(const Column& column) { return column.is_measured() || column.group == "tdd"; }

std::string measured_columns(const UserMeasures& measures) {
  std::string names;
  for (const auto& column : measures.columns) {
    if (column.is_measured()) {
      names += (names.empty() ? "" : ",") + column.path();
    }
  }
  return names;
}

// "full_hr@10" or "full_hr@10:taste:lesser".
struct Selection {
  std::string column;
  std::string slice;  // empty: all users
  std::int32_t part = kNoPart;
};

// Nothing where there is no such part of a slice.
std::optional<Selection> selection_in(const std::string& name) {
  const auto first = name.find(':');
  if (first == std::string::npos) {
    return Selection{name, "", kNoPart};
  }
  const auto second = std::min(name.find(':', first + 1), name.size() - 1);
  for (const auto& slice : slices()) {
    for (std::size_t part = 0; part < slice.parts.size(); ++part) {
      if (name.substr(first + 1, second - first - 1) == slice.name && name.substr(second + 1) == slice.parts[part]) {
        return Selection{name.substr(0, first), slice.name, static_cast<std::int32_t>(part)};
      }
    }
  }
  return std::nullopt;
}

void write_attributes(storage::File& file, const Report& report) {
  file.set_text_attribute("format", kMetricsFormat);
  file.set_attribute<std::int32_t>("version", kMetricsVersion);
  file.set_text_attribute("dataset_fingerprint", report.subject.dataset_fingerprint);
  file.set_text_attribute("split", report.options.split);
  file.set_text_attribute("positives", report.subject.cases.positives);
  file.set_text_attribute("candidates", report.subject.cases.candidates);
  file.set_text_attribute("taste", report.taste == nullptr ? "none" : description_of(report.options.taste));
  file.set_text_attribute("revision", std::string(revision()));
  file.set_text_attribute("config", report.config);
  file.set_text_attribute("columns", measured_columns(report.measures));
  file.set_attribute<std::uint64_t>("k", report.options.cutoffs.front());
}

}  // namespace

void write_measures(storage::File& file, const Report& report) {
  const auto& measures = report.measures;
  const auto users = measures.user_count();
  write_attributes(file, report);
  file.write<double>("/users/rank_sampled", {users}, measures.rank_sampled, kDeflate);
  file.write<double>("/users/rank_full", {users}, measures.rank_full, kDeflate);
  for (const auto& column : measures.columns) {
    if (is_written(column)) {
      file.write<double>("/users/" + column.path(), {users}, column.value, kDeflate);
    }
  }
  for (std::size_t slice = 0; slice < measures.parts.size(); ++slice) {
    file.write<std::int32_t>(fmt::format("/users/slice_{}", slices()[slice].name), {users}, measures.parts[slice],
                             kDeflate);
  }
  file.write<ItemIndex>("/recommendations/item", {users, kListLength}, measures.list, kDeflate);
  if (report.taste != nullptr) {
    write_taste_space(file, *report.taste);
  }
}

MetricsFile::MetricsFile(const std::filesystem::path& path) : file_(storage::File::open(path)) {
  const auto format = file_.has_attribute("format") ? file_.text_attribute("format") : "none";
  if (format != kMetricsFormat) {
    throw DataError("{}: format '{}', expected 'ampcf-metrics': the X.h5 beside the X.json of ampcf-evaluate",
                    path.string(), format);
  }
  const auto version = file_.attribute<std::int32_t>("version");
  if (version != kMetricsVersion) {
    throw DataError("{}: metrics version {}, expected {}: evaluate again", path.string(), version, kMetricsVersion);
  }
  columns_ = parted_by_commas(file_.text_attribute("columns"));
}

bool MetricsFile::has(const std::string& name) const {
  const auto wanted = selection_in(name);
  return wanted && std::find(columns_.begin(), columns_.end(), wanted->column) != columns_.end();
}

std::vector<double> MetricsFile::column(const std::string& name) const {
  const auto wanted = *selection_in(name);
  const auto shape = file_.shape("/users/rank_full");
  file_.expect_shape("/users/" + wanted.column, shape);
  auto values = file_.read<double>("/users/" + wanted.column);
  if (!wanted.slice.empty()) {
    file_.expect_shape("/users/slice_" + wanted.slice, shape);
    const auto parts = file_.read<std::int32_t>("/users/slice_" + wanted.slice);
    std::transform(values.begin(), values.end(), parts.begin(), values.begin(), [&](double value, std::int32_t part) {
      return part == wanted.part ? value : std::numeric_limits<double>::quiet_NaN();
    });
  }
  return values;
}

}  // namespace ampcf::evaluation
