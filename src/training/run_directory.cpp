#include "ampcf/training/run_directory.hpp"

#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/core/error.hpp"
#include "ampcf/storage/file.hpp"
#include "ampcf/training/memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace ampcf::training {

namespace fs = std::filesystem;

namespace {

bool is_ours(const fs::path& path) {
  const auto name = path.filename().string();
  return name == "config.ini" || name == "log.csv" || name == RunDirectory::kStatus || name == "best.h5" ||
         name == "checkpoint.h5" || name.rfind("checkpoint-", 0) == 0 || path.extension() == ".partial";
}

// Nothing but what a run leaves that ended before its first file.
bool is_unused(const fs::path& directory) {
  return std::all_of(fs::directory_iterator(directory), fs::directory_iterator(),
                     [](const auto& entry) { return entry.path().filename() == RunLock::kName; });
}

}  // namespace

RunLock RunDirectory::prepare(bool is_resumed, bool is_forced) const {
  try {
    fs::create_directories(path_);
    if (!is_resumed && !is_forced && !is_unused(path_)) {
      throw UsageError("the run directory {} is not empty: --resume goes on with it, --force starts over in it",
                       path_.string());
    }
    RunLock lock(path_);
    for (const auto& entry : fs::directory_iterator(path_)) {
      const bool is_left_over = entry.path().extension() == ".partial";
      if (is_ours(entry.path()) && (is_left_over || !is_resumed)) {
        fs::remove(entry.path());
      }
    }
    if (!is_resumed) {
      fs::remove_all(path_ / kSearch);
    }
    storage::commit_text(path_ / "writable", "");
    fs::remove(path_ / "writable");
    return lock;
  } catch (const fs::filesystem_error& error) {
    throw RuntimeError("cannot use the run directory {}: {}", path_.string(), error.code().message());
  }
}

void RunDirectory::require_room(std::uint64_t bytes, std::uint64_t keep, bool has_search) const {
  std::error_code failed;
  const auto space = fs::space(path_, failed);
  const auto to_come = [&](const RunDirectory& run, std::uint64_t most) {
    return most - std::min<std::uint64_t>(run.checkpoints().size(), keep + 1);
  };
  const auto count = to_come(*this, keep + 2) + (has_search ? to_come(search(), keep + 1) : 0);
  if (!failed && space.available < count * bytes) {
    throw RuntimeError(
        "{} has {} free, and {} checkpoints of {} are still to find room there: free some, lower --keep, or choose "
        "another --output",
        path_.string(), size_text(space.available), count, size_text(bytes));
  }
}

std::vector<fs::path> RunDirectory::resumable() const {
  std::vector<fs::path> found;
  if (fs::exists(checkpoint())) {
    found.push_back(checkpoint());
  }
  const auto kept = checkpoints();
  for (auto file = kept.rbegin(); file != kept.rend(); ++file) {
    if (found.empty() || !fs::equivalent(*file, checkpoint())) {
      found.push_back(*file);
    }
  }
  return found;
}

std::string RunDirectory::stored_options() const {
  const auto checkpoints = resumable();
  for (const auto& path : checkpoints) {
    try {
      return checkpoint::ModelFile(path).config();
    } catch (const RuntimeError&) {
      if (path == checkpoints.back()) {
        throw;
      }
    }
  }
  return "";
}

void RunDirectory::set_aside(const fs::path& damaged) const {
  for (const auto& file : checkpoints()) {
    if (fs::equivalent(file, damaged)) {
      auto aside = file;
      aside += ".damaged";
      fs::rename(file, aside);
      return;
    }
  }
}

void RunDirectory::write_config(const std::string& resolved) const {
  storage::commit_text(path_ / "config.ini", "# The options of this run; --config reads them.\n" + resolved);
}

void RunDirectory::write_log(const std::string& header, const std::vector<std::string>& rows) const {
  auto text = header + "\n";
  for (const auto& row : rows) {
    text += row + "\n";
  }
  const auto log = path_ / "log.csv";
  std::ifstream present(log, std::ios::binary);
  if (std::string(std::istreambuf_iterator<char>(present), {}) != text) {
    storage::commit_text(log, text);
  }
}

void RunDirectory::write_checkpoint(const communication::Communicator& communicator, const checkpoint::Header& header,
                                    const checkpoint::TrainingState& state, bool is_best, std::uint64_t keep) const {
  const auto file = path_ / fmt::format("checkpoint-{:012}.h5", state.progress.step);
  checkpoint::write_state(file, communicator, header, state);
  communicator.agree([&] {
    if (communicator.rank() == 0) {
      if (is_best) {
        link(file, best());
      }
      link(file, checkpoint());
      remove_old(keep);
    }
  });
}

void RunDirectory::link(const fs::path& target, const fs::path& name) const {
  auto fresh = name;
  fresh += ".partial";
  fs::remove(fresh);
  std::error_code failed;
  fs::create_hard_link(target, fresh, failed);
  if (failed) {  // some file systems have no hard links
    fs::copy_file(target, fresh);
    storage::sync_file(fresh);
  }
  fs::rename(fresh, name);
  storage::sync_directory(path_);
}

std::vector<fs::path> RunDirectory::checkpoints() const {
  std::vector<fs::path> found;
  if (!fs::is_directory(path_)) {
    return found;
  }
  for (const auto& entry : fs::directory_iterator(path_)) {
    const auto name = entry.path().filename().string();
    if (name.rfind("checkpoint-", 0) == 0 && entry.path().extension() == ".h5") {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

void RunDirectory::remove_old(std::uint64_t keep) const {
  const auto found = checkpoints();
  for (std::size_t i = 0; i + keep < found.size(); ++i) {
    fs::remove(found[i]);
  }
}

}  // namespace ampcf::training
