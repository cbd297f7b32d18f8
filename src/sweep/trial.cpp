#include "sweep/trial.hpp"

#include "ampcf/training/trainer.hpp"
#include "sweep/end_mark.hpp"
#include "training/progress.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/null_sink.h>

#include <algorithm>
#include <charconv>
#include <sstream>

namespace ampcf::sweep {

namespace {

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

// Trains until its end, its rung's last epoch, or a stop; says whether it was one of the first two.
bool run(training::Trainer& trainer, const std::optional<std::uint64_t>& epochs, const bool& is_at_rung) {
  if (epochs && trainer.state().progress.epoch >= *epochs) {
    return true;
  }
  return trainer.run() == ExitCode::success || is_at_rung;
}

}  // namespace

std::optional<Result> train(const communication::Communicator& group, const Plan& plan, const Folder& folder,
                            const Task& task, const training::Wishes& wishes) {
  const EndMark mark(folder.claim_of(task), group.rank());
  const auto epochs = plan.epochs_of(task.rung);
  std::shared_ptr<Log> log;
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
