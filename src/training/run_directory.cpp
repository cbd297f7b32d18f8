#include "ampcf/training/run_directory.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/storage/file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace ampcf::training {

namespace fs = std::filesystem;

namespace {

bool is_ours(const fs::path& path) {
  const auto name = path.filename().string();
  return name == "config.ini" || name == "log.csv" || name == "best.h5" || name == "checkpoint.h5" ||
         name.rfind("checkpoint-", 0) == 0 || path.extension() == ".partial";
}

}  // namespace

void RunDirectory::prepare(bool is_resumed, bool is_forced) const {
  try {
    fs::create_directories(path_);
    if (!is_resumed && !fs::is_empty(path_)) {
      if (!is_forced) {
        throw UsageError("the run directory {} is not empty: --resume goes on with it, --force starts over in it",
                         path_.string());
      }
      for (const auto& entry : fs::directory_iterator(path_)) {
        if (is_ours(entry.path())) {
          fs::remove(entry.path());
        }
      }
    }
    storage::commit_text(path_ / "writable", "");
    fs::remove(path_ / "writable");
  } catch (const fs::filesystem_error& error) {
    throw RuntimeError("cannot use the run directory {}: {}", path_.string(), error.code().message());
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
  storage::commit_text(path_ / "log.csv", text);
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
