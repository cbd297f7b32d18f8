#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/config/ini.hpp"
#include "ampcf/core/error.hpp"
#include "ampcf/core/version.hpp"
#include "ampcf/training/consistency.hpp"
#include "ampcf/training/trainer.hpp"
#include "training/progress.hpp"

#include <fmt/ranges.h>

#include <map>
#include <set>
#include <sstream>

namespace ampcf::training {

namespace {

// A list of files as text that one rank can tell the others.
std::string join_lines(const std::vector<std::filesystem::path>& paths) {
  std::string text;
  for (const auto& path : paths) {
    text += path.string() + '\n';
  }
  return text;
}

std::vector<std::filesystem::path> split_lines(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::filesystem::path> paths;
  for (std::string line; std::getline(stream, line);) {
    paths.emplace_back(line);
  }
  return paths;
}

}  // namespace

// What to go on from, the newest first; none in a fresh run.
std::vector<std::filesystem::path> Trainer::prepare_directory() {
  std::string checkpoints;
  communicator_.agree([&] {
    if (communicator_.rank() == 0) {
      lock_.emplace(directory_.prepare(options_.is_resumed, options_.is_forced));
      checkpoints = options_.is_resumed ? join_lines(directory_.resumable()) : "";
    }
  });
  communicator_.broadcast(checkpoints, 0);
  return split_lines(checkpoints);
}

// Where the newest is damaged, the run goes on from the one before: it computes what is lost again, to the same bits. A
// rank that cannot read a file that is whole, for want of memory, say, ends the run and costs no checkpoint.
void Trainer::resume(const std::vector<std::filesystem::path>& checkpoints) {
  for (std::size_t i = 0; i < checkpoints.size(); ++i) {
    try {
      communicator_.agree([&] { resume_from(checkpoints[i]); });
      require_same_checkpoint(communicator_, checkpoints[i], state_->progress);
      last_checkpoint_ = fmt::format("{} (step {})", checkpoints[i].string(), state_->progress.step);
      return;
    } catch (const communication::AgreedError& error) {
      if (error.code() != ExitCode::runtime || i + 1 == checkpoints.size()) {
        throw;
      }
      communicator_.agree([&] {
        if (communicator_.rank() == 0) {
          if (checkpoint::is_whole(checkpoints[i])) {
            throw RuntimeError("{}; rank 0 finds that file whole, so nothing was set aside", error.what());
          }
          log_.warn("{}; going on from {}", error.what(), checkpoints[i + 1].string());
          directory_.set_aside(checkpoints[i]);
        }
      });
    }
  }
}

void Trainer::resume_from(const std::filesystem::path& path) {
  {
    const checkpoint::ModelFile model(path);
    if (model.dataset_fingerprint() != dataset_->fingerprint()) {
      throw UsageError("{} was trained on a dataset with fingerprint {}, but {} has {}: resume with the same data",
                       path.string(), model.dataset_fingerprint(), options_.data.string(), dataset_->fingerprint());
    }
    require_same_run(model.config(), resolved_);
    const auto& instructions = model.instruction_set();
    if (instructions != instruction_set()) {
      log_.warn("{} was computed with {}, this program with {}: the rest will be right, but not to the same bits",
                path.string(), instructions, instruction_set());
    }
  }
  checkpoint::read_state(path, *state_, node_->ranks().rank() == 0);
  for (auto& row : state_->progress.log_rows) {
    row = with_all_columns(std::move(row));
  }
}

void require_same_run(const std::string& stored_config, const std::string& present_config) {
  const auto stored = config::ini_values(stored_config, "the checkpoint's config");
  const auto present = config::ini_values(present_config, "the options");
  std::set<std::string> free{"data",          "patience", "checkpoint-every", "checkpoint-every-seconds", "time-limit",
                             "stall-warning", "keep",     "sharing-ranks"};
  const auto is_constant = [](const std::map<std::string, std::string>& values) {
    const auto rate = values.find("final-learning-rate");
    return rate == values.end() || rate->second == "1";
  };
  if (is_constant(present) && is_constant(stored)) {
    free.insert("epochs");  // otherwise the schedule ends with the last of them
  }
  if (const auto found = differences(stored, present, free); !found.empty()) {
    throw UsageError("cannot resume with options that change the result: --{}", fmt::join(found, "; --"));
  }
}

}  // namespace ampcf::training
