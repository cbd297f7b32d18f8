#include "ampcf/config/ini.hpp"
#include "ampcf/core/error.hpp"
#include "ampcf/training/trainer.hpp"

#include <fmt/ranges.h>

#include <map>
#include <set>

namespace ampcf::training {

namespace {

std::map<std::string, std::string> values_of(const std::string& config, const std::string& source) {
  std::map<std::string, std::string> values;
  for (const auto& entry : config::parse_ini(config, source)) {
    values[entry.key] = entry.value;
  }
  return values;
}

}  // namespace

void require_same_run(const std::string& stored_config, const std::string& present_config) {
  auto stored = values_of(stored_config, "the checkpoint's config");
  auto present = values_of(present_config, "the options");
  std::set<std::string> free{"data",          "patience", "checkpoint-every", "checkpoint-every-seconds", "time-limit",
                             "stall-warning", "keep",     "sharing-ranks"};
  if (present["final-learning-rate"] == "1" && stored["final-learning-rate"] == "1") {
    free.insert("epochs");  // otherwise the schedule ends with the last of them
  }
  std::vector<std::string> differences;
  for (const auto& [key, value] : present) {
    if (!free.contains(key) && stored[key] != value) {
      differences.push_back(
          fmt::format("--{} was {} and is {}", key, stored[key].empty() ? "unset" : stored[key], value));
    }
  }
  if (!differences.empty()) {
    throw UsageError("cannot resume with options that change the result: {}", fmt::join(differences, "; "));
  }
}

}  // namespace ampcf::training
