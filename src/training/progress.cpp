#include "training/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace ampcf::training {

std::string with_all_columns(std::string row) {
  const std::string header = kLogHeader;
  const auto columns = [](const std::string& text) { return std::count(text.begin(), text.end(), ','); };
  row.append(static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, columns(header) - columns(row))), ',');
  return row;
}

ProgressLine::ProgressLine(bool is_shown, std::uint64_t epoch, std::uint64_t steps, std::uint64_t steps_done,
                           std::uint64_t interactions)
    : is_shown_(is_shown), epoch_(epoch), steps_(steps), first_step_(steps_done), interactions_(interactions) {}

ProgressLine::~ProgressLine() {
  if (is_shown_) {
    fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);
  }
}

void ProgressLine::update(std::uint64_t steps_done) {
  const auto now = Clock::now();
  if (!is_shown_ || now < next_) {
    return;
  }
  next_ = now + std::chrono::milliseconds(100);
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double share = static_cast<double>(steps_done) / static_cast<double>(steps_);
  const double share_seen = static_cast<double>(steps_done - first_step_) / static_cast<double>(steps_);
  constexpr int kWidth = 30;
  const auto filled = static_cast<int>(share * kWidth);
  fmt::print(stderr, "\r\x1b[Kepoch {} [{}{}] {:3.0f} %  {:.0f} positives/s  {:.0f} s left", epoch_,
             std::string(static_cast<std::size_t>(filled), '='),
             std::string(static_cast<std::size_t>(kWidth - filled), ' '), share * 100.0,
             share_seen * static_cast<double>(interactions_) / seconds, seconds * (1.0 - share) / share_seen);
  std::fflush(stderr);
}

}  // namespace ampcf::training
