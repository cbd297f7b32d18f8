#include "ampcf/core/error.hpp"
#include "ampcf/training/memory.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace ampcf::training {

namespace {

namespace fs = std::filesystem;

// A whole file that holds one number; control groups write "max" where there is no limit.
std::optional<std::uint64_t> number_in(const fs::path& path) {
  std::ifstream stream(path);
  std::uint64_t number = 0;
  return stream >> number ? std::optional(number) : std::nullopt;
}

void lower(HostMemory& memory, const std::optional<std::uint64_t>& limit, const std::optional<std::uint64_t>& used) {
  if (limit && *limit < memory.total_bytes) {
    memory.total_bytes = *limit;
    memory.available_bytes = std::min(memory.available_bytes, *limit - std::min(*limit, used.value_or(0)));
  }
}

// The limits of this process' group and those above it, in version 2 of control groups (a line "0::/path") and 1.
void apply_group_limits(HostMemory& memory) {
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const bool is_version_2 = line.rfind("0::", 0) == 0;
    const auto version_1 = line.find(":memory:");
    if (!is_version_2 && version_1 == std::string::npos) {
      continue;
    }
    const fs::path root = is_version_2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
    auto group = root / fs::path(line.substr(is_version_2 ? 3 : version_1 + 8)).relative_path();
    for (;; group = group.parent_path()) {
      lower(memory, number_in(group / (is_version_2 ? "memory.max" : "memory.limit_in_bytes")),
            number_in(group / (is_version_2 ? "memory.current" : "memory.usage_in_bytes")));
      if (group == root || !group.has_relative_path()) {
        break;
      }
    }
  }
}

}  // namespace

std::optional<HostMemory> host_memory() {
  std::ifstream stream("/proc/meminfo");
  HostMemory memory{};
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    std::string name;
    std::uint64_t kibibytes = 0;
    words >> name >> kibibytes;
    if (name == "MemTotal:") {
      memory.total_bytes = kibibytes * 1024;
    } else if (name == "MemAvailable:") {
      memory.available_bytes = kibibytes * 1024;
    }
  }
  if (memory.total_bytes == 0) {
    return std::nullopt;
  }
  apply_group_limits(memory);
  return memory;
}

void require_memory(std::uint64_t needed_bytes, std::uint64_t total_bytes, const std::string& node) {
  if (needed_bytes > total_bytes) {
    throw RuntimeError(
        "the run needs {} of {}, which has {}: take more nodes, fewer ranks on each, or fewer --personas or a smaller "
        "--dim",
        size_text(needed_bytes), node, size_text(total_bytes));
  }
}

}  // namespace ampcf::training
