#include "sweep/opening.hpp"

#include "ampcf/dataset/dataset.hpp"
#include "ampcf/storage/file.hpp"

#include <algorithm>
#include <chrono>

namespace ampcf::sweep {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kMostCrashes = 2;

// The elements of a job array start at once, and each holds the folder for a moment.
training::RunLock lock_patiently(const fs::path& directory) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  for (;;) {
    try {
      return training::RunLock(directory);
    } catch (const UsageError&) {
      if (std::chrono::steady_clock::now() > end) {
        throw;
      }
    }
  }
}

// Shares of another division overlap with ours, and all with the whole: none of them may be at work.
void require_others_idle(const Folder& folder, const Share& share) {
  const auto suffix = fmt::format("-of-{}", share.parts);
  for (const auto& entry : fs::directory_iterator(folder.shares())) {
    const auto name = entry.path().filename().string();
    if (share.is_all() || !name.ends_with(suffix)) {
      const training::RunLock probe(entry.path());
    }
  }
}

std::string require_validation(const fs::path& path) {
  const dataset::Dataset data(path);
  const auto items = data.file().read<std::int64_t>("/validation/item");
  if (std::all_of(items.begin(), items.end(), [](std::int64_t item) { return item == kNoItem; })) {
    throw DataError("{}: no validation items in it, by which trials are ranked: prepare it with --validation",
                    path.string());
  }
  return data.fingerprint();
}

void require_same_data(const Folder& folder, const std::string& fingerprint, const fs::path& data) {
  Results results;
  folder.read_results(results);
  for (const auto& [task, result] : results) {
    if (result.fingerprint != fingerprint) {
      throw UsageError(
          "trial {} in {} was trained on a dataset with fingerprint {}, but {} has {}: go on with the same",
          task.trial + 1, folder.path().string(), result.fingerprint, data.string(), fingerprint);
    }
  }
}

// A job has just begun, so what is claimed was left by an earlier one.
void free_claims(const Folder& folder, const Plan& plan, const SweepOptions& options, const std::string& fingerprint,
                 Log& log) {
  for (const auto& task : folder.claimed()) {
    if (!plan.is_in(options.share(), task.trial)) {
      continue;
    }
    if (options.is_after_crash && folder.is_suspect(task)) {
      std::string message;
      const auto crashes = folder.note_crash(task, message);
      log.warn("trial {} ({}) crashed: {}{}", task.trial + 1, plan.describe(task.trial), message,
               crashes >= kMostCrashes ? "; it is set aside" : "");
      if (crashes >= kMostCrashes) {
        Result result;
        result.state = TaskState::set_aside;
        result.message = fmt::format("crashed {} times, the last time: {}", crashes, message);
        result.fingerprint = fingerprint;
        folder.record(task, result);
      }
    }
    folder.release(task);
  }
}

void make_or_resume(const Folder& folder, const Plan& plan, const SweepOptions& options) {
  const auto& training = options.training;
  if (!folder.has_sweep() || training.is_forced) {
    folder.clear();  // also of what a clearing that was killed has left
  }
  if (folder.has_sweep()) {
    if (!training.is_resumed) {
      throw UsageError("the folder {} holds a sweep: --resume goes on with it, --force starts over in it",
                       folder.path().string());
    }
    require_same_sweep(config::read_text(folder.sweep_file(), "sweep file"), plan.text(options.ranks_per_trial));
  }
  folder.make();
  storage::commit_text(folder.sweep_file(), plan.text(options.ranks_per_trial));
}

}  // namespace

Opening open_folder(const Folder& folder, const Plan& plan, const SweepOptions& options, Log& log) {
  const auto share = options.share();
  Opening opening;
  opening.fingerprint = require_validation(options.training.data);
  folder.require_ours();
  fs::create_directories(folder.path());
  opening.lock.emplace(share.is_all() ? training::RunLock(folder.path()) : lock_patiently(folder.path()));
  make_or_resume(folder, plan, options);
  require_others_idle(folder, share);
  if (!share.is_all()) {
    const auto own = folder.shares() / fmt::format("{}-of-{}", share.part + 1, share.parts);
    fs::create_directories(own);
    auto whole = std::move(opening.lock);
    opening.lock.emplace(own);
  }
  require_same_data(folder, opening.fingerprint, options.training.data);
  free_claims(folder, plan, options, opening.fingerprint, log);
  if (options.is_retrying) {
    folder.forget_failures();
  }
  return opening;
}

}  // namespace ampcf::sweep
