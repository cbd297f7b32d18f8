#include "ampcf/sweep/program.hpp"

#include "ampcf/communication/environment.hpp"
#include "ampcf/training/consistency.hpp"
#include "ampcf/training/trainer.hpp"
#include "sweep/opening.hpp"
#include "sweep/runner.hpp"

#include <sstream>

namespace ampcf::sweep {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShownRanks = 10;

// The training options as INI text, without what axes vary and what is the sweep's or the job's own. A width of the
// attention space that was not given stays free to follow each trial's other options.
std::string base_of(const config::OptionTable& table, const std::vector<Axis>& axes) {
  std::string base;
  std::istringstream lines(table.resolved());
  for (std::string line; std::getline(lines, line);) {
    const auto key = line.substr(0, line.find(' '));
    const bool is_axis = std::any_of(axes.begin(), axes.end(), [&](const Axis& axis) { return axis.name == key; });
    const bool is_implied = key == "attention-dim" && !table.is_given(key);
    if (!is_axis && !is_implied && !is_own_option(key) && key != "time-limit") {
      base += line + "\n";
    }
  }
  return base;
}

void require_free(const config::OptionTable& table, const std::vector<Axis>& axes, const std::string& source) {
  for (const auto& axis : axes) {
    table.refuse_given({axis.name},
                       fmt::format("is given, but {}:{} varies it: leave out one of them", source, axis.line));
  }
}

[[noreturn]] void refuse_missing(const Folder& folder, const char* option) {
  throw UsageError("no sweep in {} for {}: expected the --output of a sweep that has begun", folder.path().string(),
                   option);
}

// What was asked for: the command line over a --config file over the sweep file.
struct Request {
  SweepOptions options;
  LogOptions log;
  bool is_ranks_per_trial_given = false;
  std::optional<Plan> plan;  // none: --help or --version

  Request(int argc, const char* const* argv, bool is_printer) {
    if (!parse("", "", argc, argv, is_printer, {})) {
      return;
    }
    const bool is_stored = options.sweep.empty() && !is_ranks_per_trial_given;
    const auto source = file_of(options);
    const auto file = SweepFile::parse(config::read_text(source, "sweep file"), source.string());
    parse(file.options, source.string(), argc, argv, false, file.axes);
    options.is_ranks_per_trial_stored = is_stored;
  }

 private:
  static std::filesystem::path file_of(const SweepOptions& options) {
    if (!options.sweep.empty()) {
      return options.sweep;
    }
    const Folder folder(options.training.output);
    if (!options.training.is_resumed && !options.is_collecting) {
      throw UsageError(
          "--sweep is missing: expected an INI file with axes (--resume and --collect find one in --output)");
    }
    if (!folder.has_sweep()) {
      refuse_missing(folder, options.is_collecting ? "--collect" : "--resume");
    }
    return folder.sweep_file();
  }

  bool parse(const std::string& text, const std::string& source, int argc, const char* const* argv, bool is_printer,
             const std::vector<Axis>& axes) {
    options = {};
    config::OptionTable table("ampcf-sweep", "many trainings inside one MPI job, ranked by their validation items",
                              "mpirun -n P ampcf-sweep --sweep FILE --data data.h5 --output SWEEP "
                              "[--ranks-per-trial R] [options]");
    add_options(table, options);
    table.read_ini(text, source);
    if (!table.parse(argc, argv, is_printer)) {
      return false;
    }
    log = table.log_options();
    is_ranks_per_trial_given = table.is_given("ranks-per-trial");
    if (!axes.empty()) {
      require_free(table, axes, source);
      if (options.training.data.empty()) {
        throw UsageError("--data is missing: expected a dataset file, here or in {}", source);
      }
      plan.emplace(options.method, axes, base_of(table, axes), source);
    }
    return true;
  }
};

void check(const SweepOptions& options, int ranks) {
  training::require_origin_outside(options.training);
  const auto share = options.share();
  if (!share.is_all() && (options.training.is_forced || options.is_retrying)) {
    throw UsageError("--only with {}: that concerns all shares, so do it in a job of its own",
                     options.training.is_forced ? "--force" : "--retry");
  }
  if (options.training.is_forced && options.training.is_resumed) {
    throw UsageError("--force with --resume: expected one of them");
  }
  if (options.is_collecting && (options.training.is_forced || options.is_retrying)) {
    throw UsageError("--collect with {}: it trains nothing and removes nothing, it gathers what is there",
                     options.training.is_forced ? "--force" : "--retry");
  }
  if (!options.is_collecting && !options.is_ranks_per_trial_stored &&
      options.ranks_per_trial > options.group_size(ranks)) {
    throw UsageError("--ranks-per-trial {}: expected at most {}, as many as run: start more, or lower it",
                     options.ranks_per_trial, ranks);
  }
}

std::string everything_of(const Request& request) {
  const auto& options = request.options;
  return fmt::format("{}output = {}\nonly = {}\nresume = {}\nforce = {}\ncollect = {}\n",
                     request.plan->text(options.ranks_per_trial), options.training.output.string(), options.only,
                     options.training.is_resumed, options.training.is_forced, options.is_collecting);
}

void announce(const Plan& plan, const SweepOptions& options, int ranks, Log& log) {
  const auto group_size = options.group_size(ranks);
  const auto groups = static_cast<std::uint64_t>(ranks) / group_size;
  const auto left_over = static_cast<std::uint64_t>(ranks) % group_size;
  log.info("{} trials ({}) on {} {} of {} {}", plan.trial_count(), plan.method().name, groups,
           groups == 1 ? "group" : "groups", group_size, group_size == 1 ? "rank" : "ranks");
  if (group_size < options.ranks_per_trial) {
    log.warn("the sweep has --ranks-per-trial {}, and {} run: they train a trial together", options.ranks_per_trial,
             ranks);
  }
  if (left_over > 0) {
    log.warn("{} of {} ranks are left over and rest: --ranks-per-trial {} does not divide them", left_over, ranks,
             group_size);
  }
}

// As a shell reads it again.
std::string word_of(const fs::path& path) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+,:=@%";
  auto text = path.string();
  if (text.find_first_not_of(kPlain) == std::string::npos) {
    return text;
  }
  std::string word = "'";
  for (const char letter : text) {
    word += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  }
  return word + "'";
}

// What came of it, on stdout, and whether all of the share is done.
ExitCode conclude(const Folder& folder, const Plan& plan, const SweepOptions& options, Log& log) {
  Results results;
  folder.read_results(results);
  const auto share = options.share();
  const bool is_complete = plan.is_complete(results, share);
  if (!share.is_all()) {
    log.info("share {} {}; ampcf-sweep --output {} --collect gathers all shares", options.only,
             is_complete ? "is done" : "was stopped: go on with --resume", word_of(folder.path()));
    return is_complete ? ExitCode::success : ExitCode::stopped;
  }
  const auto leading = gather(folder, plan, results);
  const auto table = ranking(plan, results, kShownRanks);
  fmt::print("{}", table);
  if (!is_complete) {
    log.info("not all trials have ended; go on with the same command and --resume");
    return options.is_collecting ? ExitCode::success : ExitCode::stopped;
  }
  if (table.empty()) {
    throw RuntimeError("none of the {} trials has ended well: {} has the message of each", plan.trial_count(),
                       (folder.path() / "sweep.csv").string());
  }
  const auto first = standings(plan, results).front().trial;
  if (!leading) {
    throw RuntimeError(
        "{} and the runs of all other trials with a place in the ranking are gone: nothing is left of "
        "the models",
        folder.trial(first).string());
  }
  if (*leading != first) {
    log.warn("{}, the best, is gone: trial {} is the best of those that are left", folder.trial(first).string(),
             *leading + 1);
  }
  const auto best = folder.path() / "best" / "best.h5";
  fmt::print("best on validation: {}\n", best.string());
  log.info("the test items were not looked at: ampcf-evaluate --data {} --checkpoint {} --output test.json does, once",
           word_of(options.training.data), word_of(best));
  return ExitCode::success;
}

// Faults of the disk in the words of all other errors.
void in_folder(const std::function<void()>& work) {
  try {
    work();
  } catch (const fs::filesystem_error& error) {
    throw RuntimeError("{}: cannot be made, written or removed: {}", error.path1().string(), error.code().message());
  }
}

ExitCode collect(const Folder& folder, const Plan& plan, const SweepOptions& options, Log& log) {
  if (!folder.has_sweep()) {
    refuse_missing(folder, "--collect");
  }
  const training::RunLock lock(folder.path());
  return conclude(folder, plan, options, log);
}

ExitCode run(const Request& request, const communication::Communicator& world, Log& log) {
  training::require_same_program(world);
  training::require_same_options(world, everything_of(request));
  const auto& options = request.options;
  const auto& plan = *request.plan;
  const Folder folder(options.training.output);
  const bool is_first = world.rank() == 0;
  std::optional<Opening> opening;  // on the first rank
  std::string fingerprint;
  std::int32_t code = 0;
  if (!options.is_collecting) {
    world.agree([&] {
      if (is_first) {
        announce(plan, options, world.size(), log);
        in_folder([&] { opening.emplace(open_folder(folder, plan, options, log)); });
        fingerprint = opening->fingerprint;
      }
    });
    world.broadcast(fingerprint, 0);
    Runner(world, plan, folder, options, request.log, fingerprint).run();
    world.barrier();
  }
  world.agree([&] {
    if (is_first) {
      in_folder([&] {
        const auto ended =
            options.is_collecting ? collect(folder, plan, options, log) : conclude(folder, plan, options, log);
        code = static_cast<std::int32_t>(ended);
      });
    }
  });
  world.broadcast(std::span(&code, 1), 0);
  return static_cast<ExitCode>(code);
}

}  // namespace

ExitCode run_program(int argc, const char* const* argv, const communication::Communicator& world) {
  std::optional<Request> request;
  world.agree([&] {
    request.emplace(argc, argv, world.rank() == 0);
    if (request->plan) {
      check(request->options, world.size());
    }
  });
  if (!request->plan) {
    return ExitCode::success;
  }
  return communication::run_logged(request->log, world, [&](Log& log) { return run(*request, world, log); });
}

}  // namespace ampcf::sweep
