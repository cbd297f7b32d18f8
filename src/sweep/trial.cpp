#include "sweep/trial.hpp"

#include "ampcf/training/trainer.hpp"
#include "sweep/end_mark.hpp"
#include "training/progress.hpp"
#include "training/run_plan.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/null_sink.h>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <thread>

namespace ampcf::sweep {

namespace {

constexpr auto kBetweenTries = std::chrono::milliseconds(200);

// What the trainer says goes into the trial's folder.
std::shared_ptr<Log> log_of(const communication::Communicator& group, const std::filesystem::path& run) {
  std::shared_ptr<Log> log;
  group.agree([&] {
    if (group.rank() == 0) {
      log = std::make_shared<Log>("trial", std::make_shared<spdlog::sinks::basic_file_sink_st>(run / "train.log"));
      log->set_pattern("%v");
      log->flush_on(spdlog::level::info);
    } else {
      log = std::make_shared<Log>("trial", std::make_shared<spdlog::sinks::null_sink_st>());
    }
  });
  return log;
}

// The numbers of a row of log.csv; 0 where a field is empty.
class LogRow {
 public:
  explicit LogRow(const std::string& row) : fields_(parted(row)) {}

  [[nodiscard]] double operator[](const std::string& column) const {
    static const auto kColumns = parted(training::kLogHeader);
    const auto place = static_cast<std::size_t>(std::find(kColumns.begin(), kColumns.end(), column) - kColumns.begin());
    const auto& field = fields_.at(place);
    double value = 0.0;
    std::from_chars(field.data(), field.data() + field.size(), value);
    return value;
  }

 private:
  static std::vector<std::string> parted(const std::string& row) {
    std::vector<std::string> fields;
    std::istringstream stream(row);
    for (std::string field; std::getline(stream, field, ',');) {
      fields.push_back(field);
    }
    return fields;
  }

  std::vector<std::string> fields_;
};

// What the epochs so far come to, from the rows of log.csv, which checkpoints keep.
Result result_of(const std::vector<std::string>& rows) {
  Result result;
  result.epochs = rows.size();
  for (const auto& text : rows) {
    const LogRow row(text);
    result.seconds += row["seconds"];
    if (result.best_epoch == 0 || row["validation_hr"] + row["validation_ndcg"] > result.score()) {
      result.best_epoch = static_cast<std::uint64_t>(row["epoch"]);
      result.hr = row["validation_hr"];
      result.ndcg = row["validation_ndcg"];
    }
  }
  return result;
}

// What the group needs of this rank's host, on its first rank there; 0 on the others.
std::uint64_t bytes_of_host(const communication::Communicator& group, const training::TrainingOptions& options) {
  const auto layout = training::present_layout(group);
  const auto rank = static_cast<std::size_t>(group.rank());
  const auto node = layout.node_of_rank[rank];
  const bool is_first = std::find(layout.node_of_rank.begin(), layout.node_of_rank.end(), node) ==
                        layout.node_of_rank.begin() + group.rank();
  std::uint64_t bytes = 0;
  group.agree([&] {
    if (is_first) {
      const dataset::Dataset data(options.data);
      bytes = data.interaction_count() > 0 ? training::plan_run(data, options, layout).node_bytes[node] : 0;
    }
  });
  return bytes;
}

// Trials of other groups end, and so does the waiting; nothing where this group is to stop before.
std::optional<HostRoom::Hold> wait_for_room(const communication::Communicator& group,
                                            const training::TrainingOptions& options, HostRoom& room,
                                            const training::Wishes& wishes, Log& log) {
  const auto bytes = bytes_of_host(group, options);
  for (bool is_said = false;; is_said = true) {
    if (auto hold = room.take(group, bytes)) {
      return hold;
    }
    if (!is_said) {
      log.info("waiting for memory: {} of this host are needed, and other groups have too much of it",
               training::size_text(bytes));
    }
    if (group.max(static_cast<std::uint32_t>(training::is_stop(wishes(0)))) != 0) {
      return std::nullopt;
    }
    std::this_thread::sleep_for(kBetweenTries);
  }
}

// Trains until its end, its rung's last epoch, or a stop; says whether it was one of the first two.
bool run(training::Trainer& trainer, const std::optional<std::uint64_t>& epochs, const bool& is_at_rung) {
  if (epochs && trainer.state().progress.epoch >= *epochs) {
    return true;
  }
  return trainer.run() == ExitCode::success || is_at_rung;
}

}  // namespace

std::optional<Result> train(const communication::Communicator& group, const Plan& plan, const Folder& folder,
                            const Task& task, HostRoom& room, const training::Wishes& wishes) {
  const EndMark mark(folder.claim_of(task), group.rank());
  const auto epochs = plan.epochs_of(task.rung);
  std::shared_ptr<Log> log;
  std::optional<HostRoom::Hold> hold;          // outlives the trainer, which uses it
  std::unique_ptr<training::Trainer> trainer;  // lives on behind an error: what ranks share is freed in good order
  bool is_at_rung = false;
  const auto wish_of = [&](std::uint64_t step) {
    is_at_rung = epochs && trainer->state().progress.epoch >= *epochs;
    const auto wish = wishes(step);
    return is_at_rung && !training::is_stop(wish) ? training::Wish::stop_for_time : wish;
  };
  try {
    auto options = plan.options_of(task.trial);
    options.output = folder.trial(task.trial);
    options.is_resumed = true;  // fresh where there is nothing
    log = log_of(group, options.output);
    group.agree([&] { training::note_origin(options); });
    hold = wait_for_room(group, options, room, wishes, *log);
    if (!hold) {
      return std::nullopt;
    }
    trainer = std::make_unique<training::Trainer>(group, *log, options, training::resolved(options), wish_of);
    const bool has_ended = run(*trainer, epochs, is_at_rung);
    return has_ended ? std::optional(result_of(trainer->state().progress.log_rows)) : std::nullopt;
  } catch (const communication::AgreedError& error) {
    Result failure = trainer ? result_of(trainer->state().progress.log_rows) : Result{};
    failure.state = TaskState::failed;
    failure.message = error.what();
    return failure;
  } catch (const std::exception& error) {
    if (group.size() > 1) {
      mark_crash(folder.claim_of(task), group.rank(), error.what());
      throw;
    }
    Result failure;
    failure.state = TaskState::failed;
    failure.message = error.what();
    return failure;
  }
}

}  // namespace ampcf::sweep
