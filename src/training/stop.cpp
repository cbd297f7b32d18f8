#include "ampcf/training/stop.hpp"

#include <csignal>
#include <ctime>

namespace ampcf::training {

namespace {

// Signal handlers take no arguments of ours: the only state of the process, read through stop_signal().
volatile std::sig_atomic_t received = 0;
volatile std::sig_atomic_t received_at = 0;  // seconds of the monotonic clock, wrapped

std::sig_atomic_t now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);  // allowed in signal handlers
  return static_cast<std::sig_atomic_t>(time.tv_sec);
}

void remember(int signal) {
  if (received == 0) {
    received_at = now();  // first: another thread that sees a signal sees its time
    received = signal;
  }
}

void receive(int signal) {
  if (received != 0 && now() - received_at > 1) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
  remember(signal);
}

}  // namespace

void remember_stop_signals() {
  struct sigaction action {};
  action.sa_handler = receive;
  action.sa_flags = SA_RESTART;
  sigfillset(&action.sa_mask);  // none interrupts the handler of another
  for (const int signal : {SIGUSR1, SIGTERM, SIGINT}) {
    sigaction(signal, &action, nullptr);
  }
  action.sa_handler = remember;
  sigaction(SIGUSR2, &action, nullptr);
}

int stop_signal() { return received; }

void forget_stop_signal() { received = 0; }

Watch::Watch(std::uint64_t time_limit_seconds, std::uint64_t checkpoint_every_seconds)
    : interval_(checkpoint_every_seconds) {
  const auto start = Clock::now();
  if (time_limit_seconds > 0) {
    end_ = start + std::chrono::seconds(time_limit_seconds);
  }
  if (checkpoint_every_seconds > 0) {
    next_checkpoint_ = start + interval_;
  }
}

Wish Watch::wish() {
  if (stop_signal() != 0) {
    return Wish::stop_for_signal;
  }
  if (!end_ && !next_checkpoint_) {
    return Wish::nothing;
  }
  const auto time = Clock::now();
  if (end_ && time >= *end_) {
    return Wish::stop_for_time;
  }
  if (next_checkpoint_ && time >= *next_checkpoint_) {
    next_checkpoint_ = time + interval_;
    return Wish::checkpoint;
  }
  return Wish::nothing;
}

}  // namespace ampcf::training
