#include "ampcf/config/options.hpp"
#include "ampcf/core/error.hpp"

#include <filesystem>

namespace ampcf::config {

namespace fs = std::filesystem;

namespace {

constexpr const char* kLogFile = "log-file";
constexpr const char* kOutput = "output";

// Be it there yet or not.
bool is_same_file(const fs::path& one, const fs::path& other) {
  std::error_code failed;
  const auto place = [&](const fs::path& path) {
    const auto whole = fs::weakly_canonical(fs::absolute(path, failed), failed);
    return whole.has_filename() ? whole : whole.parent_path();  // RUN/ is RUN
  };
  return !one.empty() && !other.empty() && (fs::equivalent(one, other, failed) || place(one) == place(other));
}

// Of a log in a directory of the program's own.
void require_other_name(const std::string& log, const Option& option) {
  for (const auto& file : option.own_files) {
    if (file.front() == '*' ? log.ends_with(file.substr(1)) : log == file) {
      throw UsageError("--log-file: --{} {} has a file {} of its own: expected another name, as in train.log",
                       option.name, option.text(), log);
    }
  }
}

std::vector<std::string> paths_of(const Option& option) {
  if (!option.is_path) {
    return {};
  }
  return option.values ? option.values() : std::vector{option.text()};
}

}  // namespace

void require_other_log(const fs::path& log, const std::string& name, const fs::path& other) {
  if (is_same_file(log, other)) {
    throw UsageError("--log-file: '{}' would be appended to --{} {}", log.string(), name, other.string());
  }
}

void require_other_file(const fs::path& output, const std::string& name, const fs::path& other) {
  if (is_same_file(output, other)) {
    throw UsageError("--output: '{}' would be written over --{} {}", output.string(), name, other.string());
  }
}

void OptionTable::require_other_files(const fs::path& output) const {
  for (const auto& option : options_) {
    if (option->name == kOutput) {
      continue;
    }
    for (const auto& path : paths_of(*option)) {
      require_other_file(output, option->name, path);
    }
  }
}

void OptionTable::settle_log_file() {
  const auto& log = log_options_.file;
  for (const auto& option : options_) {
    if (log.empty() || option->name == kLogFile) {
      continue;
    }
    for (const auto& path : paths_of(*option)) {
      require_other_log(log, option->name, path);
      if (!option->own_files.empty() && is_same_file(fs::absolute(log).parent_path(), path)) {
        require_other_name(log.filename().string(), *option);
        log_options_.is_in_output = log_options_.is_in_output || option->name == kOutput;
      }
    }
  }
}

}  // namespace ampcf::config
