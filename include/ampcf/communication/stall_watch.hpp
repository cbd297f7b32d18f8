#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace ampcf::communication {

/// Says on stderr when this rank has waited long in a collective, which one and where, and again each time that the
/// wait has doubled: who waits is not at fault, who says nothing is late or gone.
///
/// A thread looks at the clock; entering and leaving a collective costs two stores and a look at the clock.
class StallWatch {
 public:
  /// `seconds` above 0.
  StallWatch(std::uint64_t seconds, int rank, int size);
  StallWatch(const StallWatch&) = delete;
  StallWatch& operator=(const StallWatch&) = delete;
  ~StallWatch();

  /// Where the program is, for messages: 1-based epoch and step.
  void set_place(std::uint64_t epoch, std::uint64_t step) {
    epoch_.store(epoch, std::memory_order_relaxed);
    step_.store(step, std::memory_order_relaxed);
  }

  /// `name` must outlive the wait.
  void enter(const char* name) {
    since_.store(Clock::now().time_since_epoch().count(), std::memory_order_relaxed);
    waiting_in_.store(name, std::memory_order_release);
  }
  void leave() { waiting_in_.store(nullptr, std::memory_order_release); }

 private:
  using Clock = std::chrono::steady_clock;

  void run();
  void report(const char* name, std::chrono::seconds waited) const;

  std::chrono::seconds limit_;
  int rank_;
  int size_;
  std::atomic<const char*> waiting_in_{nullptr};
  std::atomic<Clock::rep> since_{0};
  std::atomic<std::uint64_t> epoch_{0};
  std::atomic<std::uint64_t> step_{0};
  std::mutex mutex_;
  std::condition_variable stop_;
  bool is_stopping_ = false;
  std::thread thread_;
};

/// Tells the watch, where there is one, that this rank waits for others for as long as it lives.
class Waiting {
 public:
  Waiting(StallWatch* watch, const char* name) : watch_(watch) {
    if (watch_ != nullptr) {
      watch_->enter(name);
    }
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() {
    if (watch_ != nullptr) {
      watch_->leave();
    }
  }

 private:
  StallWatch* watch_;
};

}  // namespace ampcf::communication
