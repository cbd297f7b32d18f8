#pragma once

#include "ampcf/core/types.hpp"
#include "ampcf/generation/history.hpp"
#include "ampcf/storage/streamed_file.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <span>

namespace ampcf::generation {

/// Raw interactions as movielens-csv (`userId,movieId,rating,timestamp`). The file appears under its name at finish();
/// without it nothing is left behind. Failures are RuntimeErrors.
class RatingsFile {
 public:
  explicit RatingsFile(const std::filesystem::path& path);

  /// The interactions of one user in order of time, a second apart.
  void append(UserIndex user, std::span<const Interaction> history);

  /// Flushes all lines to disk and gives the file its name.
  void finish();

 private:
  void flush();

  storage::StreamedFile file_;
  fmt::memory_buffer lines_;
};

}  // namespace ampcf::generation
