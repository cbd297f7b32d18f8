#include "ampcf/communication/stall_watch.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace ampcf::communication {

namespace {

std::string name_of_host() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

}  // namespace

StallWatch::StallWatch(std::uint64_t seconds, int rank, int size)
    : limit_(seconds), rank_(rank), size_(size), thread_([this] { run(); }) {}

StallWatch::~StallWatch() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  stop_.notify_all();
  thread_.join();
}

void StallWatch::run() {
  constexpr auto kTick = std::chrono::milliseconds(500);
  auto next = limit_;
  auto last_tick = Clock::now();
  auto awake_since = last_tick;
  Clock::rep reported_since = 0;
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, kTick, [this] { return is_stopping_; })) {
    const auto now = Clock::now();
    if (now - last_tick > 3 * kTick) {
      awake_since = now;  // this process stood still itself: the others waited for it
    }
    last_tick = now;
    const auto* const name = waiting_in_.load(std::memory_order_acquire);
    const auto since = since_.load(std::memory_order_relaxed);
    if (name == nullptr) {
      continue;
    }
    if (since != reported_since) {
      reported_since = since;
      next = limit_;
    }
    const auto start = std::max(Clock::time_point(Clock::duration(since)), awake_since);
    const auto waited = std::chrono::duration_cast<std::chrono::seconds>(now - start);
    if (waited >= next) {
      report(name, waited);
      next = 2 * waited;
    }
  }
}

void StallWatch::report(const char* name, std::chrono::seconds waited) const {
  const auto step = step_.load(std::memory_order_relaxed);
  const auto place =
      step == 0 ? "" : fmt::format(" at step {} of epoch {}", step, epoch_.load(std::memory_order_relaxed));
  fmt::print(stderr, "[rank {}/{} on {}] has waited for {} s in {}{}: a rank that does not say so is late or gone\n",
             rank_, size_, name_of_host(), waited.count(), name, place);
  std::fflush(stderr);
}

}  // namespace ampcf::communication
