#include "sweep/summary.hpp"

#include "ampcf/core/csv.hpp"
#include "ampcf/storage/file.hpp"

#include <algorithm>
#include <limits>

namespace ampcf::sweep {

namespace fs = std::filesystem;

namespace {

constexpr std::int32_t kFormatVersion = 1;
constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

Standing standing_of(std::uint64_t trial, const Plan& plan, const Results& results) {
  Standing standing{.trial = trial, .result = {}};
  for (std::uint64_t rung = 0; rung < plan.rung_count(); ++rung) {
    if (const auto found = results.find({trial, rung}); found != results.end()) {
      standing.rungs = rung + 1;
      standing.result = found->second;
    }
  }
  if (standing.rungs > 0 && !standing.result.is_done()) {
    standing.state = standing.result.state == TaskState::failed ? TrialState::failed : TrialState::set_aside;
  } else if (standing.rungs == plan.rung_count()) {
    standing.state = TrialState::finished;
  } else if (standing.rungs > 0 && !plan.is_open(trial, results)) {
    standing.state = TrialState::stopped_early;
  }
  return standing;
}

std::string csv_figures(const Standing& standing) {
  const auto& result = standing.result;
  if (result.best_epoch == 0) {
    return ",,,,,,,";
  }
  return fmt::format(",{},{},{:.17g},{:.17g},{},{:.3f},{:.3f}", standing.rungs, result.epochs, result.hr, result.ndcg,
                     result.best_epoch, result.seconds, result.rank_seconds);
}

std::string csv(const Plan& plan, const std::vector<Standing>& standings) {
  std::string text = "rank,trial,state,rung,epochs,validation_hr,validation_ndcg,best_epoch,seconds,rank_seconds";
  for (const auto& axis : plan.axes()) {
    text += "," + axis.name;
  }
  text += ",message\n";
  for (std::size_t i = 0; i < standings.size(); ++i) {
    const auto& standing = standings[i];
    text += fmt::format("{},{},{}{}", standing.is_ranked() ? std::to_string(i + 1) : "", standing.trial + 1,
                        text_of(standing.state), csv_figures(standing));
    for (const auto& value : plan.values_of(standing.trial)) {
      text += "," + csv_field(value);
    }
    auto message = standing.result.message;
    std::replace(message.begin(), message.end(), '\n', ' ');  // a row is a line
    text += "," + csv_field(message) + "\n";
  }
  return text;
}

// A dataset with a number of every trial.
template <typename T, typename F>
void write_numbers(storage::File& file, const std::string& name, const std::vector<Standing>& standings, F&& number) {
  std::vector<T> numbers;
  for (const auto& standing : standings) {
    numbers.push_back(number(standing));
  }
  file.write<T>(name, {numbers.size()}, numbers);
}

template <typename F>
void write_texts(storage::File& file, const std::string& name, const std::vector<Standing>& standings, F&& text) {
  std::vector<std::string> texts;
  for (const auto& standing : standings) {
    texts.push_back(text(standing));
  }
  file.write_strings(name, texts);
}

void write_scores_by_rung(storage::File& file, const Plan& plan, const std::vector<Standing>& standings,
                          const Results& results) {
  std::vector<double> scores;
  for (const auto& standing : standings) {
    for (std::uint64_t rung = 0; rung < plan.rung_count(); ++rung) {
      const auto found = results.find({standing.trial, rung});
      scores.push_back(found != results.end() && found->second.is_done() ? found->second.score() : kNothing);
    }
  }
  file.write<double>("/trials/score_by_rung", {standings.size(), plan.rung_count()}, scores);
}

void write_h5(storage::File& file, const Plan& plan, const std::vector<Standing>& standings, const Results& results,
              const std::string& fingerprint) {
  file.set_text_attribute("format", "ampcf-sweep");
  file.set_attribute("version", kFormatVersion);
  file.set_text_attribute("dataset_fingerprint", fingerprint);
  file.set_text_attribute("method", plan.method().name);
  const auto figure = [](double Result::*member) {
    return [member](const Standing& one) { return one.result.best_epoch > 0 ? one.result.*member : kNothing; };
  };
  write_numbers<std::uint64_t>(file, "/trials/number", standings, [](const auto& one) { return one.trial + 1; });
  write_texts(file, "/trials/state", standings, [](const auto& one) { return std::string(text_of(one.state)); });
  write_numbers<std::uint64_t>(file, "/trials/rung", standings, [](const auto& one) { return one.rungs; });
  write_numbers<std::uint64_t>(file, "/trials/epochs", standings, [](const auto& one) { return one.result.epochs; });
  write_numbers<std::uint64_t>(file, "/trials/best_epoch", standings,
                               [](const auto& one) { return one.result.best_epoch; });
  write_numbers<double>(file, "/trials/validation_hr", standings, figure(&Result::hr));
  write_numbers<double>(file, "/trials/validation_ndcg", standings, figure(&Result::ndcg));
  write_numbers<double>(file, "/trials/seconds", standings, figure(&Result::seconds));
  write_numbers<double>(file, "/trials/rank_seconds", standings, figure(&Result::rank_seconds));
  write_texts(file, "/trials/message", standings, [](const auto& one) { return one.result.message; });
  write_scores_by_rung(file, plan, standings, results);
  std::vector<std::string> names;
  for (std::size_t axis = 0; axis < plan.axes().size(); ++axis) {
    names.push_back(plan.axes()[axis].name);
    write_texts(file, "/options/" + names.back(), standings,
                [&](const auto& one) { return plan.values_of(one.trial)[axis]; });
  }
  file.write_strings("/axes", names);
}

// Replaced in one step, as files are.
void link_best(const Folder& folder, std::uint64_t trial) {
  const auto target = fs::path("trials") / folder.trial(trial).filename();
  const auto link = folder.path() / "best";
  if (fs::is_symlink(link) && fs::read_symlink(link) == target) {
    return;
  }
  const auto fresh = folder.path() / "best.partial";
  fs::remove(fresh);
  fs::create_directory_symlink(target, fresh);
  fs::rename(fresh, link);
}

}  // namespace

const char* text_of(TrialState state) {
  switch (state) {
    case TrialState::finished:
      return "finished";
    case TrialState::stopped_early:
      return "stopped early";
    case TrialState::failed:
      return "failed";
    case TrialState::set_aside:
      return "set aside";
    case TrialState::open:
      return "open";
  }
  return "";
}

std::vector<Standing> standings(const Plan& plan, const Results& results) {
  std::vector<Standing> all;
  for (std::uint64_t trial = 0; trial < plan.trial_count(); ++trial) {
    all.push_back(standing_of(trial, plan, results));
  }
  std::stable_sort(all.begin(), all.end(), [](const Standing& a, const Standing& b) {
    if (a.is_ranked() != b.is_ranked()) {
      return a.is_ranked();
    }
    return a.is_ranked() && a.result.score() > b.result.score();
  });
  return all;
}

std::optional<std::uint64_t> gather(const Folder& folder, const Plan& plan, const Results& results) {
  const auto all = standings(plan, results);
  const auto fingerprint = results.empty() ? "" : results.begin()->second.fingerprint;
  storage::commit_text(folder.path() / "sweep.csv", csv(plan, all));
  storage::commit_file(folder.path() / "sweep.h5",
                       [&](storage::File& file) { write_h5(file, plan, all, results, fingerprint); });
  for (const auto& standing : all) {
    if (standing.is_ranked() && fs::exists(folder.trial(standing.trial))) {
      link_best(folder, standing.trial);
      return standing.trial;
    }
  }
  return std::nullopt;
}

}  // namespace ampcf::sweep
