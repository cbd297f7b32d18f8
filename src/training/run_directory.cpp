#include "ampcf/training/run_directory.hpp"

#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/core/error.hpp"
#include "ampcf/storage/file.hpp"
#include "ampcf/training/memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>

namespace ampcf::training {

namespace fs = std::filesystem;

namespace {

constexpr const char* kProbe = "writable";

// checkpoint-000000000087.h5, also set aside as damaged.
bool is_kept_checkpoint(const std::string& name) {
  static const std::regex kForm(R"(checkpoint-[0-9]+\.h5(\.damaged)?)");
  return std::regex_match(name, kForm);
}

bool is_ours(const std::string& name) {
  return name == "config.ini" || name == "log.csv" || name == RunDirectory::kStatus || name == "best.h5" ||
         name == "checkpoint.h5" || is_kept_checkpoint(name);
}

// What is left of a file that was being written.
bool is_partial(const fs::path& path) {
  const auto whole = path.stem().string();
  return path.extension() == ".partial" && (is_ours(whole) || whole == kProbe);
}

// Nothing but what a run leaves that ended before its first file.
bool is_unused(const fs::path& directory) {
  return std::all_of(fs::directory_iterator(directory), fs::directory_iterator(),
                     [](const auto& entry) { return entry.path().filename() == RunLock::kName; });
}

}  // namespace

RunLock RunDirectory::prepare(bool is_resumed, bool is_forced) const {
  const auto require_right = [&] {
    if (!is_resumed && !is_forced && !is_unused(path_)) {
      throw UsageError("the run directory {} is not empty: --resume goes on with it, --force starts over in it",
                       path_.string());
    }
    if (is_resumed && fs::exists(best()) && resumable().empty()) {
      throw UsageError(
          "the run directory {} has a best.h5, but no checkpoint to go on from: --force starts over and removes it; or "
          "choose another --output",
          path_.string());
    }
  };
  try {
    fs::create_directories(path_);
    require_right();  // before a lock is left in a directory of somebody else
    RunLock lock(path_);
    require_right();  // another run may have been here meanwhile
    for (const auto& entry : fs::directory_iterator(path_)) {
      if (is_partial(entry.path())) {
        fs::remove(entry.path());
      }
    }
    storage::commit_text(path_ / kProbe, "");
    fs::remove(path_ / kProbe);
    return lock;
  } catch (const fs::filesystem_error& error) {
    throw RuntimeError("cannot use the run directory {}: {}", path_.string(), error.code().message());
  }
}

std::vector<fs::path> RunDirectory::own_files() const {
  std::vector<fs::path> files;
  if (!fs::is_directory(path_)) {
    return files;
  }
  for (const auto& entry : fs::directory_iterator(path_)) {
    if (is_ours(entry.path().filename().string())) {
      files.push_back(entry.path());
    }
  }
  return files;
}

// Of files under several names each has a share.
double RunDirectory::own_bytes() const {
  double bytes = 0.0;
  for (const auto& file : own_files()) {
    bytes += static_cast<double>(fs::file_size(file)) / static_cast<double>(fs::hard_link_count(file));
  }
  return bytes;
}

void RunDirectory::clear_files() const {
  for (const auto& file : own_files()) {
    fs::remove(file);
  }
}

void RunDirectory::clear() const {
  clear_files();
  fs::remove_all(path_ / kSearch);
}

void RunDirectory::require_room(std::uint64_t bytes, std::uint64_t keep, bool starts_over, bool has_search) const {
  std::error_code failed;
  const auto space = fs::space(path_, failed);
  auto available = static_cast<double>(space.available);
  std::uint64_t count = 0;
  const auto reckon = [&](const RunDirectory& run, std::uint64_t most) {
    count += most - (starts_over ? 0 : std::min<std::uint64_t>(run.checkpoints().size(), keep + 1));
    available += starts_over ? run.own_bytes() : 0.0;
  };
  reckon(*this, keep + 2);
  if (has_search) {
    reckon(search(), keep + 1);
  }
  if (!failed && available < static_cast<double>(count * bytes)) {
    throw RuntimeError(
        "{} has {} free, and {} checkpoints of {} are still to find room there: free some, lower --keep, or choose "
        "another --output",
        path_.string(), size_text(static_cast<std::uint64_t>(available)), count, size_text(bytes));
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
  std::ifstream begun(path_ / "config.ini", std::ios::binary);
  return {std::istreambuf_iterator<char>(begun), {}};
}

bool RunDirectory::has_best() const {
  try {
    const checkpoint::ModelFile opens(best());
    return true;
  } catch (const RuntimeError&) {
    return false;
  }
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
