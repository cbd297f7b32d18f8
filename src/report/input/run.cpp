#include "report/input/run.hpp"

#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/config/ini.hpp"
#include "ampcf/core/error.hpp"
#include "dataset/raw/fields.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>

namespace ampcf::report {

namespace fs = std::filesystem;

namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
constexpr std::uintmax_t kLargestConfigBytes = 1U << 20U;

std::vector<std::string> column_names(const dataset::TextReader& reader, const std::vector<std::string_view>& fields) {
  std::vector<std::string> names;
  for (const auto field : fields) {
    if (field.empty() || std::find(names.begin(), names.end(), field) != names.end()) {
      reader.fail(field, "names of columns, each once");
    }
    names.emplace_back(field);
  }
  if (std::find(names.begin(), names.end(), "epoch") == names.end()) {
    reader.fail(reader.line(), "the header of a log of ampcf-train: epoch,seconds,...");
  }
  return names;
}

double value_in(std::string_view field, const dataset::TextReader& reader) {
  if (field.empty()) {
    return kNothing;
  }
  const auto value = dataset::number_in(field);
  if (!value) {
    reader.fail(field, "a finite number or nothing");
  }
  return *value;
}

void require_rising_epochs(const std::vector<double>& epochs, const dataset::TextReader& reader) {
  const auto last = epochs.back();
  const bool is_number = last >= 0.0 && last == std::floor(last);
  if (!is_number || (epochs.size() > 1 && last <= epochs[epochs.size() - 2])) {
    reader.fail(reader.line(), "a row that begins with a greater epoch than the one before");
  }
}

std::vector<std::pair<std::string, std::string>> read_options(const fs::path& path) {
  std::error_code failed;
  const auto bytes = fs::file_size(path, failed);
  std::ifstream file(path, std::ios::binary);
  if (failed || !file) {
    throw DataError("{}: cannot be read, expected the options of a run", path.string());
  }
  if (bytes > kLargestConfigBytes) {
    throw DataError("{}: {} bytes, expected the options of a run", path.string(), bytes);
  }
  const std::string text(std::istreambuf_iterator<char>(file), {});
  std::vector<std::pair<std::string, std::string>> options;
  try {
    for (auto& entry : config::parse_ini(text, path.string())) {
      options.emplace_back(std::move(entry.key), std::move(entry.value));
    }
  } catch (const UsageError& error) {
    throw DataError("{}", error.what());  // not the options of this program: data that it reads
  }
  return options;
}

std::optional<BestModel> read_best(const fs::path& path) {
  if (!fs::exists(path)) {
    return std::nullopt;
  }
  const checkpoint::ModelFile model(path);
  return BestModel{model.dataset_fingerprint(), model.epoch(), model.dimensions().personas, model.dimensions().dim};
}

}  // namespace

const std::vector<double>& Run::column(const std::string& name) const {
  static const std::vector<double> kNone;
  const auto found = log.find(name);
  const auto is_number = [](double value) { return !std::isnan(value); };
  const bool is_there = found != log.end() && std::any_of(found->second.begin(), found->second.end(), is_number);
  return is_there ? found->second : kNone;
}

std::string Run::option(const std::string& name) const {
  const auto found =
      std::find_if(options.begin(), options.end(), [&](const auto& option) { return option.first == name; });
  return found == options.end() ? "" : found->second;
}

Columns read_log(const fs::path& path) {
  dataset::TextReader reader(path);
  if (!reader.next()) {
    reader.fail_with("the end of the file", "the header of a log of ampcf-train: epoch,seconds,...");
  }
  dataset::FieldSplitter splitter({",", false, false});
  const auto names = column_names(reader, splitter.split(reader));
  Columns columns;
  for (const auto& name : names) {
    columns[name];
  }
  while (reader.next()) {
    const auto& fields = splitter.split(reader);
    if (fields.size() != names.size()) {
      reader.fail(reader.line(), fmt::format("{} fields as in the header", names.size()));
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      columns[names[i]].push_back(value_in(fields[i], reader));
    }
    require_rising_epochs(columns["epoch"], reader);
  }
  return columns;
}

Run read_run(const fs::path& path) {
  if (!fs::is_directory(path)) {
    throw DataError("{}: no such folder, expected the run directory of an ampcf-train", path.string());
  }
  for (const char* const name : {"log.csv", "config.ini"}) {
    if (!fs::is_regular_file(path / name)) {
      throw DataError("{}: no {} in it, expected the run directory of an ampcf-train", path.string(), name);
    }
  }
  return {path, read_log(path / "log.csv"), read_options(path / "config.ini"), read_best(path / "best.h5")};
}

}  // namespace ampcf::report
