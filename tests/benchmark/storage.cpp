// Reading a dataset that is not in the cache, writing a checkpoint to the disk and reading it, checksums included; the
// floor is the same bytes by plain read() and write() with fsync(), as dd does it, on the same disk in turns.

#include "ampcf/checkpoint/state.hpp"
#include "ampcf/generation/generate.hpp"
#include "benchmark/cases.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <stdexcept>

namespace ampcf::benchmarks {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kAtOnce = std::size_t{4} << 20U;
constexpr std::uint64_t kManyUsers = 100000;

double seconds_of(const std::function<void()>& work) {
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

int opened(const std::filesystem::path& path, int flags) {
  const int file = ::open(path.c_str(), flags, 0600);
  if (file < 0) {
    throw std::runtime_error("cannot open " + path.string());
  }
  return file;
}

void drop_from_cache(const std::filesystem::path& path) {
  const int file = opened(path, O_RDONLY);
  ::fdatasync(file);
  ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
  ::close(file);
}

void read_plainly(const std::filesystem::path& path) {
  const int file = opened(path, O_RDONLY);
  std::vector<char> buffer(kAtOnce);
  while (::read(file, buffer.data(), buffer.size()) > 0) {
  }
  ::close(file);
}

void write_plainly(const std::filesystem::path& path, std::uint64_t bytes) {
  const int file = opened(path, O_WRONLY | O_CREAT | O_TRUNC);
  const std::vector<char> buffer(kAtOnce, '\1');
  for (std::uint64_t written = 0; written < bytes; written += buffer.size()) {
    if (::write(file, buffer.data(), std::min<std::uint64_t>(buffer.size(), bytes - written)) < 0) {
      throw std::runtime_error("cannot write " + path.string());
    }
  }
  ::fsync(file);
  ::close(file);
}

// Ours and the plain way in turns; the rate is in bytes.
void compare(benchmark::State& state, double bytes, const std::function<void()>& ours,
             const std::function<void()>& plain, const std::function<void()>& prepare) {
  double floor = 0.0;
  for (auto _ : state) {
    prepare();
    floor += seconds_of(plain);
    prepare();
    state.SetIterationTime(seconds_of(ours));
  }
  report(state, bytes, floor / static_cast<double>(state.iterations()));
}

std::filesystem::path scratch(const char* name) {
  return std::filesystem::temp_directory_path() / fmt::format("ampcf-bench-{}-{}", ::getpid(), name);
}

void run_dataset(benchmark::State& state) {
  generation::GenerationOptions options;
  options.users = kManyUsers;
  options.items = 20000;
  options.personas = 4;
  options.interactions_per_user = 50;
  options.output = scratch("data.h5");
  const auto log = make_log(1, 2);
  generation::generate(generation::resolve(options), *log);
  const auto& path = options.output;
  const auto read_all = [&] {
    const dataset::Dataset data(path);
    const UserRange everybody{0, data.user_count()};
    benchmark::DoNotOptimize(data.interactions(everybody));
    benchmark::DoNotOptimize(data.held_out(dataset::HeldOutPart::validation, everybody));
    benchmark::DoNotOptimize(data.held_out(dataset::HeldOutPart::test, everybody));
  };
  compare(
      state, static_cast<double>(std::filesystem::file_size(path)), read_all, [&] { read_plainly(path); },
      [&] { drop_from_cache(path); });
  std::filesystem::remove(path);
}

void run_checkpoint(benchmark::State& state, bool is_written) {
  const auto path = scratch("checkpoint.h5");
  const auto plain = scratch("plain");
  checkpoint::TrainingState training({4, 64, 64, false}, {0, kManyUsers}, 20000);
  model::initialize(training.personas, 0.1, 1);
  model::initialize(training.shared, 0.1, 0.01, 1);
  const auto write = [&] {
    checkpoint::write_state(path, communication::Communicator::alone(), {"", "", kManyUsers}, training);
  };
  write();
  const auto bytes = std::filesystem::file_size(path);
  if (is_written) {
    compare(
        state, static_cast<double>(bytes), write, [&] { write_plainly(plain, bytes); }, [] {});
  } else {
    compare(
        state, static_cast<double>(bytes), [&] { checkpoint::read_state(path, training, true); },
        [&] { read_plainly(path); }, [&] { drop_from_cache(path); });
  }
  std::filesystem::remove(path);
  std::filesystem::remove(plain);
}

}  // namespace

void register_storage() {
  const auto add = [](const char* name, const std::function<void(benchmark::State&)>& run) {
    benchmark::RegisterBenchmark(name, run)->UseManualTime()->Iterations(5)->Unit(benchmark::kMillisecond);
  };
  add("storage/read-dataset", run_dataset);
  add("storage/write-checkpoint", [](benchmark::State& state) { run_checkpoint(state, true); });
  add("storage/read-checkpoint", [](benchmark::State& state) { run_checkpoint(state, false); });
}

}  // namespace ampcf::benchmarks
