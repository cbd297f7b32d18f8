#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace ampcf::training {

/// What a rank wishes to happen at the next step boundary. Ranks agree on the largest wish among them; it travels with
/// the gradients, so a stop happens on all ranks or, where one is gone, on none.
enum class Wish : std::uint32_t { nothing = 0, checkpoint = 1, stop_for_time = 2, stop_for_signal = 3 };

[[nodiscard]] constexpr bool is_stop(Wish wish) { return wish == Wish::stop_for_time || wish == Wish::stop_for_signal; }

/// This rank's wish when `step` steps of the run are done; asked before every step.
using Wishes = std::function<Wish(std::uint64_t step)>;

/// From now on SIGUSR1, SIGTERM and SIGINT are remembered; a second one, a second or more after the first, ends the
/// process at once. (A signal may arrive twice in an instant, from a batch system and from mpirun.) SIGUSR2 is
/// remembered however often it comes: a supervisor that cannot know whether it was heard repeats it.
void remember_stop_signals();

/// The signal remembered, 0 for none.
[[nodiscard]] int stop_signal();

/// Forgets a signal: for tests.
void forget_stop_signal();

/// Wishes of a program: after a signal, when the time limit is over, and every so many seconds on the rank that keeps
/// the time. Seconds count from the construction; 0 is never.
class Watch {
 public:
  Watch(std::uint64_t time_limit_seconds, std::uint64_t checkpoint_every_seconds);

  [[nodiscard]] Wish wish();

 private:
  using Clock = std::chrono::steady_clock;

  std::optional<Clock::time_point> end_;
  std::chrono::seconds interval_;
  std::optional<Clock::time_point> next_checkpoint_;
};

}  // namespace ampcf::training
