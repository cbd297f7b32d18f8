#pragma once

#include "ampcf/core/log.hpp"
#include "sweep/summary.hpp"

#include <chrono>

namespace ampcf::sweep {

/// What people see of a sweep: a table that is drawn anew in its place, of one process, or a line for every task.
class Display {
 public:
  Display(bool is_table, std::shared_ptr<Log> log, const Plan& plan, const Folder& folder, const Share& share)
      : is_table_(is_table), log_(std::move(log)), plan_(plan), folder_(folder), share_(share) {}

  /// Draws the table where there is one.
  void draw(const Results& results);
  /// Says how a task ended where there is no table.
  void tell(const Task& task, const Result& result) const;

 private:
  [[nodiscard]] std::vector<std::string> lines(const Results& results) const;
  [[nodiscard]] std::string running(const Task& task) const;

  bool is_table_;
  std::shared_ptr<Log> log_;
  const Plan& plan_;
  const Folder& folder_;
  Share share_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::size_t drawn_lines_ = 0;
};

/// The ranking, for stdout: at most `most` rows.
[[nodiscard]] std::string ranking(const Plan& plan, const Results& results, std::size_t most);

}  // namespace ampcf::sweep
