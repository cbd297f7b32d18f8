#pragma once

#include "ampcf/core/types.hpp"
#include "ampcf/generation/history.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>

namespace ampcf::generation {

/// Raw interactions as movielens-csv (`userId,movieId,rating,timestamp`). The file appears under its name at finish();
/// without it nothing is left behind. Failures are RuntimeErrors.
class RatingsFile {
 public:
  explicit RatingsFile(std::filesystem::path path);
  RatingsFile(const RatingsFile&) = delete;
  RatingsFile& operator=(const RatingsFile&) = delete;
  ~RatingsFile();

  /// The interactions of one user in order of time, a second apart.
  void append(UserIndex user, std::span<const Interaction> history);

  /// Flushes all lines to disk and gives the file its name.
  void finish();

 private:
  void flush();
  [[noreturn]] void fail(const char* action) const;

  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::filesystem::path path_;
  std::filesystem::path partial_;
  std::unique_ptr<std::FILE, Closer> file_;
  fmt::memory_buffer lines_;
  bool is_finished_ = false;
};

}  // namespace ampcf::generation
