#include "sweep/display.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace ampcf::sweep {

namespace {

constexpr std::size_t kColumns = 100;  // the width of a terminal is not known behind mpirun
constexpr std::size_t kBest = 5;
constexpr std::size_t kRunning = 16;

std::string cut(std::string line) {
  line.resize(std::min(line.size(), kColumns));
  return line;
}

std::string clock(std::chrono::seconds time) {
  return fmt::format("{}:{:02}:{:02}", time.count() / 3600, time.count() / 60 % 60, time.count() % 60);
}

std::string figures(const Result& result) { return fmt::format("HR@10 {:.4f} NDCG@10 {:.4f}", result.hr, result.ndcg); }

// The epoch that the last whole row of a log is about; 0 before the first.
std::uint64_t last_epoch(const std::filesystem::path& file) {
  std::ifstream log(file);
  std::string last;
  for (std::string line; std::getline(log, line);) {
    last = line;
  }
  return std::strtoull(last.c_str(), nullptr, 10);
}

}  // namespace

void Display::tell(const Task& task, const Result& result) const {
  if (is_table_) {
    return;
  }
  const auto rung = plan_.rung_count() > 1 ? fmt::format(", rung {} of {}", task.rung + 1, plan_.rung_count()) : "";
  const auto name = fmt::format("trial {}{} ({})", task.trial + 1, rung, plan_.describe(task.trial));
  if (result.is_done()) {
    log_->info("{}: validation {} at epoch {} of {}, {:.1f} s", name, figures(result), result.best_epoch, result.epochs,
               result.seconds);
  } else {
    log_->warn("{}: failed: {}", name, result.message);
  }
}

std::string Display::running(const Task& task) const {
  const auto epochs = plan_.epochs_of(task.rung);
  return cut(fmt::format("  trial {:>4}  epoch {}{}  {}", task.trial + 1,
                         last_epoch(folder_.trial(task.trial) / "log.csv") + 1,
                         epochs ? fmt::format(" of {}", *epochs) : "", plan_.describe(task.trial)));
}

std::vector<std::string> Display::lines(const Results& results) const {
  const auto all = standings(plan_, results);
  std::vector<Task> tasks;
  for (const auto& task : folder_.claimed()) {
    if (plan_.is_in(share_, task.trial)) {
      tasks.push_back(task);
    }
  }
  const auto count = [&](auto&& is_counted) { return std::count_if(all.begin(), all.end(), is_counted); };
  const auto ended = count([](const Standing& one) { return one.state != TrialState::open; });
  const auto failed = count([](const Standing& one) { return one.state != TrialState::open && !one.is_ranked(); });
  const auto time = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start_);
  std::vector<std::string> text{fmt::format("{} of {} trials have ended ({} failed), {} in training, {}", ended,
                                            all.size(), failed, tasks.size(), clock(time))};
  for (std::size_t i = 0; i < std::min(kBest, all.size()) && all[i].is_ranked(); ++i) {
    text.push_back(cut(fmt::format("{:>3}. trial {:>4}  {}  {}", i + 1, all[i].trial + 1, figures(all[i].result),
                                   plan_.describe(all[i].trial))));
  }
  for (std::size_t i = 0; i < std::min(kRunning, tasks.size()); ++i) {
    text.push_back(running(tasks[i]));
  }
  return text;
}

void Display::draw(const Results& results) {
  if (!is_table_) {
    return;
  }
  std::string text = drawn_lines_ > 0 ? fmt::format("\x1b[{}F\x1b[J", drawn_lines_) : "";
  const auto table = lines(results);
  for (const auto& line : table) {
    text += line + "\n";
  }
  drawn_lines_ = table.size();
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
}

std::string ranking(const Plan& plan, const Results& results, std::size_t most) {
  std::string text;
  const auto all = standings(plan, results);
  for (std::size_t i = 0; i < std::min(most, all.size()) && all[i].is_ranked(); ++i) {
    if (i == 0) {
      text += "rank trial  HR@10 NDCG@10 epochs  options\n";
    }
    const auto& [trial, state, rungs, result] = all[i];
    text += fmt::format("{:>4} {:>5} {:>6.4f}  {:>6.4f} {:>6}  {}\n", i + 1, trial + 1, result.hr, result.ndcg,
                        result.epochs, plan.describe(trial));
  }
  const auto ranked = std::count_if(all.begin(), all.end(), [](const auto& standing) { return standing.is_ranked(); });
  if (static_cast<std::size_t>(ranked) > most) {
    text += fmt::format("{} more in sweep.csv\n", static_cast<std::size_t>(ranked) - most);
  }
  return text;
}

}  // namespace ampcf::sweep
