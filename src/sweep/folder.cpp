#include "ampcf/sweep/folder.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/storage/file.hpp"
#include "ampcf/training/run_lock.hpp"
#include "sweep/end_mark.hpp"

#include <sys/stat.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>

namespace ampcf::sweep {

namespace fs = std::filesystem;

namespace {

constexpr std::array kParts{"claims", "crashes", "results", "shares", "trials"};
constexpr std::array kFiles{"best", "sweep.csv", "sweep.h5", "sweep.ini"};

bool is_ours(const std::string& name) {
  const std::filesystem::path path(name);
  const auto whole = path.extension() == ".partial" ? path.stem().string() : name;
  const auto is_one_of = [&](const auto& names) { return std::find(names.begin(), names.end(), whole) != names.end(); };
  return is_one_of(kParts) || is_one_of(kFiles);
}

// As Task::name() wrote it.
std::optional<Task> task_named(const std::string& name) {
  Task task;
  const char* const end = name.data() + name.size();
  const auto trial = std::from_chars(name.data(), end, task.trial);
  if (trial.ec != std::errc() || trial.ptr == end || *trial.ptr != '-') {
    return std::nullopt;
  }
  const auto rung = std::from_chars(trial.ptr + 1, end, task.rung);
  if (rung.ec != std::errc() || rung.ptr != end || task.trial == 0 || task.rung == 0) {
    return std::nullopt;
  }
  return Task{task.trial - 1, task.rung - 1};
}

std::vector<Task> tasks_in(const fs::path& directory) {
  std::vector<Task> tasks;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (const auto task = task_named(entry.path().filename().string())) {
      tasks.push_back(*task);
    }
  }
  std::sort(tasks.begin(), tasks.end());
  return tasks;
}

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw RuntimeError("{}: cannot be read", path.string());
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

fs::path Folder::trial(std::uint64_t trial) const { return path_ / "trials" / fmt::format("{:04}", trial + 1); }

void Folder::make() const {
  for (const char* const part : kParts) {
    fs::create_directories(path_ / part);
  }
}

void Folder::require_ours() const {
  if (!fs::exists(path_) || has_sweep()) {
    return;
  }
  for (const auto& entry : fs::directory_iterator(path_)) {
    const auto name = entry.path().filename().string();
    if (name != training::RunLock::kName && !is_ours(name)) {
      throw UsageError("the folder {} has something else in it than a sweep ({}): choose another --output",
                       path_.string(), name);
    }
  }
}

void Folder::clear() const {
  require_ours();
  fs::remove(sweep_file());  // first: what is left of a removal that is killed is no sweep any more
  for (const auto& entry : fs::directory_iterator(path_)) {
    if (is_ours(entry.path().filename().string())) {
      fs::remove_all(entry.path());
    }
  }
}

void Folder::read_results(Results& known) const {
  for (const auto& task : tasks_in(path_ / "results")) {
    if (!known.contains(task)) {
      const auto file = path_ / "results" / task.name();
      known[task] = result_from_text(content_of(file), file.string());
    }
  }
}

void Folder::record(const Task& task, const Result& result) const {
  storage::commit_text(path_ / "results" / task.name(), to_text(result));
}

void Folder::forget_failures() const {
  Results results;
  read_results(results);
  for (const auto& [task, result] : results) {
    if (!result.is_done()) {
      fs::remove(path_ / "results" / task.name());
    }
  }
  fs::remove_all(path_ / "crashes");
  make();
}

// Making a directory is done by one alone on every file system, networks included.
bool Folder::claim(const Task& task, int ranks) const {
  const auto directory = claim_of(task);
  if (::mkdir(directory.c_str(), 0755) != 0) {
    if (errno == EEXIST) {
      return false;
    }
    throw RuntimeError("{}: cannot be made: {}", directory.string(), std::strerror(errno));
  }
  if (fs::exists(path_ / "results" / task.name())) {  // ended and released since we looked
    release(task);
    return false;
  }
  storage::commit_text(directory / "ranks", fmt::format("{}\n", ranks));
  return true;
}

void Folder::release(const Task& task) const { fs::remove_all(claim_of(task)); }

std::vector<Task> Folder::claimed() const { return tasks_in(path_ / "claims"); }

bool Folder::is_suspect(const Task& task) const {
  const auto directory = claim_of(task);
  std::uint64_t ranks = 0;
  std::ifstream(directory / "ranks") >> ranks;
  std::uint64_t ended = 0;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const auto name = entry.path().filename().string();
    if (name.rfind(kCrashed, 0) == 0) {
      return true;
    }
    ended += name.rfind(kEnded, 0) == 0 ? 1 : 0;
  }
  return ranks == 0 || ended < ranks;
}

std::uint64_t Folder::note_crash(const Task& task, std::string& message) const {
  message = "a process of it ended without a word";
  for (const auto& entry : fs::directory_iterator(claim_of(task))) {
    if (entry.path().filename().string().rfind(kCrashed, 0) == 0) {
      message = content_of(entry.path());
    }
  }
  std::replace(message.begin(), message.end(), '\n', ' ');
  const auto file = path_ / "crashes" / fmt::format("{:04}", task.trial + 1);
  const auto text = (fs::exists(file) ? content_of(file) : "") + message + "\n";
  storage::commit_text(file, text);
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace ampcf::sweep
