#include "ampcf/training/program.hpp"

#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/communication/environment.hpp"
#include "ampcf/communication/stall_watch.hpp"
#include "ampcf/training/consistency.hpp"
#include "ampcf/training/trainer.hpp"
#include "training/dry_run.hpp"

#include <algorithm>

namespace ampcf::training {

namespace {

// The command line over `base`, INI text that only gives defaults.
struct CommandLine {
  TrainingOptions options;
  config::OptionTable table{"ampcf-train", "trains AMP-CF on a prepared dataset, data-parallel over MPI ranks",
                            "mpirun -n P ampcf-train --data data.h5 --output RUN [--config FILE] [options]"};
  bool is_to_run = false;

  CommandLine(int argc, const char* const* argv, bool is_printer, const std::string& base, const std::string& source) {
    add_options(table, options);
    table.read_ini(base, source);
    is_to_run = table.parse(argc, argv, is_printer);
    if (is_to_run) {
      resolve(options, table.is_given("attention-dim"));
    }
  }
};

// A run that is resumed keeps its options where the command line is silent.
std::string options_of_run(const TrainingOptions& options) {
  if (!options.is_resumed) {
    return "";
  }
  const RunDirectory directory(options.output);
  if (auto stored = directory.stored_options(); !stored.empty()) {
    return stored;
  }
  auto searched = directory.search().stored_options();
  const std::string no_refit = "refit = false";
  if (const auto place = searched.find(no_refit); place != std::string::npos) {
    searched.replace(place, no_refit.size(), "refit = true");
  }
  return searched;
}

bool has_checkpoint(const std::filesystem::path& output) {
  const RunDirectory directory(output);
  return !directory.resumable().empty() || !directory.search().resumable().empty();
}

// Also what is no part of a run's configuration.
std::string everything_of(const CommandLine& line) {
  const auto& options = line.options;
  return fmt::format("{}output = {}\nresume = {}\nforce = {}\n", line.table.resolved(), options.output.string(),
                     options.is_resumed, options.is_forced);
}

bool has_validation(const communication::Communicator& communicator, const TrainingOptions& options) {
  std::uint32_t answer = 0;
  communicator.agree([&] {
    if (communicator.rank() == 0) {
      answer = dataset::Dataset(options.data).has_held_out(dataset::HeldOutPart::validation) ? 1 : 0;
    }
  });
  return communicator.max(answer) > 0;
}

// One process. Of the search and of the fit after it, before the hours that the search takes.
void require_room_for_both(const TrainingOptions& options) {
  const dataset::Dataset data(options.data);
  const auto bytes =
      checkpoint::state_bytes(options.dimensions, data.user_count(), data.item_count(), parts_of(options)) +
      checkpoint::ids_bytes({data.user_ids(), data.item_ids()});
  RunDirectory(options.output).require_room(bytes, options.keep, options.is_forced, true);
}

// Trains on the training part to find the number of epochs, in RUN/search, then on it and the validation items in RUN.
ExitCode run_refit(const communication::Communicator& communicator, Log& log, CommandLine& line, const Wishes& wishes) {
  auto& options = line.options;
  const auto fitted = options;
  const auto resolved = line.table.resolved();
  if (!has_validation(communicator, options)) {
    log.info("{} has no validation items: nothing to search for or to add, one training does", options.data.string());
    return Trainer(communicator, log, options, resolved, wishes, options.epochs).run();
  }
  const RunDirectory directory(options.output);
  const auto search = directory.search();
  std::uint64_t epochs = 0;
  {
    std::optional<RunLock> lock;  // on rank 0: keeps others out of RUN as long as nothing but search/ is in it
    communicator.agree([&] {
      if (communicator.rank() == 0) {
        lock.emplace(directory.prepare(options.is_resumed, options.is_forced));
        const auto stored = options.is_resumed ? directory.stored_options() : "";
        if (!stored.empty()) {
          require_same_run(stored, resolved);  // now, not when the search is over
        } else {
          require_room_for_both(options);
        }
      }
    });
    options.is_refitted = false;
    options.output = search.path();
    options.is_resumed = !options.is_forced;
    log.info("searching for the number of epochs, in {}", options.output.string());
    Trainer trainer(communicator, log, options, line.table.resolved(), wishes);
    if (fitted.is_forced) {
      communicator.agree([&] {
        if (communicator.rank() == 0) {
          directory.clear_files();
        }
      });
    }
    if (const auto code = trainer.run(); code != ExitCode::success) {
      return code;
    }
    communicator.agree([&] { epochs = checkpoint::ModelFile(search.best()).epoch(); });
  }
  options = fitted;
  options.is_resumed = true;  // prepared above
  options.is_forced = false;
  log.info("fitting with the validation items, {} of {} epochs", epochs, options.epochs);
  return Trainer(communicator, log, options, resolved, wishes, epochs).run();
}

ExitCode run(const communication::Communicator& communicator, Log& log, CommandLine& line) {
  require_same_program(communicator);
  require_same_options(communicator, everything_of(line));
  if (line.options.plan.is_asked) {
    dry_run(communicator, log, line.options);
    return ExitCode::success;
  }
  std::optional<communication::StallWatch> stall_watch;
  auto watched = communicator;
  if (line.options.stall_warning_seconds > 0 && communicator.size() > 1) {
    stall_watch.emplace(line.options.stall_warning_seconds, communicator.rank(), communicator.size());
    watched.set_watch(&*stall_watch);
  }
  // One clock decides when checkpoints are due; every rank listens for signals.
  const bool is_timekeeper = communicator.rank() == 0;
  Watch watch(is_timekeeper ? line.options.time_left_seconds() : 0,
              is_timekeeper ? line.options.checkpoint_every_seconds : 0);
  const auto wishes = [&watch](std::uint64_t) { return watch.wish(); };
  return line.options.is_refitted ? run_refit(watched, log, line, wishes)
                                  : Trainer(watched, log, line.options, line.table.resolved(), wishes).run();
}

}  // namespace

ExitCode run_program(int argc, const char* const* argv, const communication::Communicator& communicator) {
  std::unique_ptr<CommandLine> line;
  bool has_begun = false;
  communicator.agree([&] {
    line = std::make_unique<CommandLine>(argc, argv, communicator.rank() == 0, "", "");
    if (line->is_to_run) {
      const auto base = options_of_run(line->options);
      has_begun = has_checkpoint(line->options.output);
      line = std::make_unique<CommandLine>(argc, argv, false, base, line->options.output.string() + "'s options");
      require_origin_outside(line->options);
      note_origin(line->options);
    }
  });
  if (!line->is_to_run) {
    return ExitCode::success;
  }
  return communication::run_logged(line->table.log_options(), communicator, [&](Log& log) {
    if (line->options.is_resumed && !has_begun) {
      log.info("no checkpoint in {}: from the start", line->options.output.string());
    }
    return run(communicator, log, *line);
  });
}

}  // namespace ampcf::training
