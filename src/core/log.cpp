#include "ampcf/core/log.hpp"

#include "ampcf/core/error.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <mutex>

namespace ampcf {

namespace {

// Appends whole lines to a file, which it opens when there is one to write. A file that cannot be written is passed
// over: what is said stands on stderr too.
class FileSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FileSink(std::filesystem::path path) : path_(std::move(path)) {}

  void open() {
    file_.reset(std::fopen(path_.c_str(), "ae"));  // e: children do not inherit it
    if (file_ == nullptr) {
      throw RuntimeError("cannot write --log-file {}: {}", path_.string(), std::strerror(errno));
    }
  }

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  void sink_it_(const spdlog::details::log_msg& message) override {
    if (file_ == nullptr) {
      file_.reset(std::fopen(path_.c_str(), "ae"));
    }
    if (file_ != nullptr) {
      spdlog::memory_buf_t line;
      formatter_->format(message, line);
      std::fwrite(line.data(), 1, line.size(), file_.get());
      std::fflush(file_.get());  // also of a program that is killed the lines are there
    }
  }
  void flush_() override {}

  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Closer> file_;
};

std::shared_ptr<FileSink> file_sink(const std::filesystem::path& path, int rank) {
  if (rank == 0) {
    auto sink = std::make_shared<FileSink>(path);
    sink->open();
    return sink;
  }
  return std::make_shared<FileSink>(path.string() + fmt::format(".rank{}", rank));
}

}  // namespace

std::shared_ptr<Log> make_log(int rank, int size, const LogOptions& options) {
  const auto level = spdlog::level::from_str(options.level);
  auto log = std::make_shared<Log>("ampcf", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  if (!options.file.empty()) {
    log->sinks().push_back(file_sink(options.file, rank));
  }
  log->set_pattern(
      fmt::format("%Y-%m-%d %H:%M:%S %^%l%$ {}%v", size > 1 ? fmt::format("[rank {}/{}] ", rank, size) : ""));
  log->set_level(rank == 0 || level == spdlog::level::debug ? level : std::max(level, spdlog::level::warn));
  log->flush_on(spdlog::level::debug);
  return log;
}

void record_failure(Log& log, const std::string& text) {
  const spdlog::details::log_msg message(log.name(), spdlog::level::err, text);
  for (const auto& sink : log.sinks()) {
    if (dynamic_cast<FileSink*>(sink.get()) != nullptr) {
      sink->log(message);
    }
  }
}

bool stderr_is_terminal() { return isatty(STDERR_FILENO) == 1; }

}  // namespace ampcf
