#include "generation/ratings_file.hpp"

#include <iterator>

namespace ampcf::generation {

namespace {

constexpr std::size_t kBufferBytes = 1U << 20U;
constexpr std::uint64_t kFirstTimestamp = 1'000'000'000;  // 2001-09-09: plausible to readers that check

}  // namespace

RatingsFile::RatingsFile(const std::filesystem::path& path) : file_(path) {
  fmt::format_to(std::back_inserter(lines_), "userId,movieId,rating,timestamp\n");
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
  file_.append({lines_.data(), lines_.size()});
  lines_.clear();
}

void RatingsFile::finish() {
  flush();
  file_.finish();
}

}  // namespace ampcf::generation
