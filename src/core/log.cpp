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

// Appends whole lines to a file, which it opens when there is one to write. A file that cannot be written ends no work:
// what is said stands on stderr too.
class FileSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  FileSink(std::filesystem::path path, bool is_in_output) : path_(std::move(path)), is_in_output_(is_in_output) {}
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;
  ~FileSink() override {
    if (!lines_.empty()) {
      is_to_wait() ? complain("its directory was not made") : write_lines();
    }
  }

  void open() {
    if (!is_to_wait() && !try_open()) {
      throw RuntimeError("cannot write --log-file {}: {}", path_.string(), std::strerror(errno));
    }
  }

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  // A run directory that is not empty is refused, also if it is the log that lies in it.
  [[nodiscard]] bool is_to_wait() const {
    std::error_code failed;
    return is_in_output_ &&
           (std::filesystem::is_empty(std::filesystem::absolute(path_).parent_path(), failed) || failed);
  }

  bool try_open() {
    file_.reset(std::fopen(path_.c_str(), "ae"));  // e: children do not inherit it
    return file_ != nullptr;
  }

  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    lines_.append(line.data(), line.size());
    if (file_ != nullptr || !is_to_wait()) {
      write_lines();
    }
  }
  void flush_() override {}

  void write_lines() {
    // Flushed: also of a program that is killed the lines are there.
    if ((file_ == nullptr && !try_open()) ||
        std::fwrite(lines_.data(), 1, lines_.size(), file_.get()) < lines_.size() || std::fflush(file_.get()) != 0) {
      complain(std::strerror(errno));
    }
    lines_.clear();
  }

  void complain(const char* reason) {
    if (!is_incomplete_) {
      fmt::print(stderr, "cannot write --log-file {}: {}: lines are missing in it\n", path_.string(), reason);
    }
    is_incomplete_ = true;
  }

  std::filesystem::path path_;
  bool is_in_output_;
  bool is_incomplete_ = false;
  std::string lines_;  // that wait for the file
  std::unique_ptr<std::FILE, Closer> file_;
};

std::shared_ptr<FileSink> file_sink(const LogOptions& options, int rank) {
  if (rank == 0) {
    auto sink = std::make_shared<FileSink>(options.file, options.is_in_output);
    sink->open();
    return sink;
  }
  return std::make_shared<FileSink>(options.file.string() + fmt::format(".rank{}", rank), options.is_in_output);
}

}  // namespace

std::shared_ptr<Log> make_log(int rank, int size, const LogOptions& options) {
  const auto level = spdlog::level::from_str(options.level);
  auto log = std::make_shared<Log>("ampcf", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  if (!options.file.empty()) {
    log->sinks().push_back(file_sink(options, rank));
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
