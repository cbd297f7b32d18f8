#include "generation/ratings_file.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/storage/file.hpp"

#include <cerrno>
#include <cstring>
#include <iterator>

namespace ampcf::generation {

namespace {

constexpr std::size_t kBufferBytes = 1U << 20U;
constexpr std::uint64_t kFirstTimestamp = 1'000'000'000;  // 2001-09-09: plausible to readers that check

std::filesystem::path partial_of(std::filesystem::path path) {
  path += ".partial";
  return path;
}

}  // namespace

RatingsFile::RatingsFile(std::filesystem::path path) : path_(std::move(path)), partial_(partial_of(path_)) {
  storage::require_writable(path_);
  file_.reset(std::fopen(partial_.c_str(), "wb"));
  if (file_ == nullptr) {
    fail("create the file");
  }
  fmt::format_to(std::back_inserter(lines_), "userId,movieId,rating,timestamp\n");
}

RatingsFile::~RatingsFile() {
  if (!is_finished_) {
    std::error_code ignored;
    std::filesystem::remove(partial_, ignored);
  }
}

void RatingsFile::fail(const char* action) const {
  throw RuntimeError("{}: cannot {}: {}", path_.string(), action, std::strerror(errno));
}

void RatingsFile::append(UserIndex user, std::span<const Interaction> history) {
  auto time = kFirstTimestamp;
  for (const auto& interaction : history) {
    fmt::format_to(std::back_inserter(lines_), "u{},i{},5,{}\n", user, interaction.item, time++);
  }
  if (lines_.size() >= kBufferBytes) {
    flush();
  }
}

void RatingsFile::flush() {
  if (std::fwrite(lines_.data(), 1, lines_.size(), file_.get()) != lines_.size()) {
    fail("write");
  }
  lines_.clear();
}

void RatingsFile::finish() {
  flush();
  if (std::fclose(file_.release()) != 0) {
    fail("write");
  }
  storage::sync_file(partial_);
  std::filesystem::rename(partial_, path_);
  is_finished_ = true;
  storage::sync_directory(path_.has_parent_path() ? path_.parent_path() : ".");
}

}  // namespace ampcf::generation
