#include "storage/seal.hpp"

#include "ampcf/core/error.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

namespace ampcf::storage {

namespace {

constexpr std::array<char, 8> kMagic{'a', 'm', 'p', 'c', 'f', '\0', '\n', '\1'};
constexpr std::size_t kMostExtents = 126;
constexpr std::size_t kReadAtOnce = std::size_t{1} << 20U;

struct Block {
  std::array<char, 8> magic = kMagic;
  std::uint64_t file_bytes = 0;
  std::uint64_t extent_count = 0;
  std::uint64_t hash = 0;  // 0 while it is computed
  std::array<Extent, kMostExtents> extents{};
};
static_assert(sizeof(Block) == kSealBytes);

class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags) : value_(::open(path.c_str(), flags | O_CLOEXEC)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  [[nodiscard]] int value() const { return value_; }
  [[nodiscard]] bool is_open() const { return value_ >= 0; }
  bool close() {
    const int open = std::exchange(value_, -1);
    return open < 0 || ::close(open) == 0;
  }

 private:
  int value_;
};

bool read_at(const Descriptor& file, std::uint64_t place, void* into, std::size_t bytes) {
  auto* next = static_cast<char*>(into);
  while (bytes > 0) {
    const auto count = ::pread(file.value(), next, bytes, static_cast<off_t>(place));
    if (count <= 0 && !(count < 0 && errno == EINTR)) {
      return false;
    }
    const auto got = static_cast<std::size_t>(std::max<ssize_t>(count, 0));
    next += got;
    place += got;
    bytes -= got;
  }
  return true;
}

// Those that touch joined, ascending.
std::vector<Extent> joined(std::vector<Extent> extents) {
  std::sort(extents.begin(), extents.end(), [](const Extent& a, const Extent& b) { return a.first < b.first; });
  std::vector<Extent> out;
  for (const auto& extent : extents) {
    if (!out.empty() && extent.first <= out.back().last) {
      out.back().last = std::max(out.back().last, extent.last);
    } else {
      out.push_back(extent);
    }
  }
  return out;
}

// Of the seal itself and of every byte behind it outside the extents; nothing where reading fails.
std::optional<std::uint64_t> hash_of(const Descriptor& file, Block block) {
  block.hash = 0;
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(), XXH3_freeState);
  XXH3_64bits_reset(state.get());
  XXH3_64bits_update(state.get(), &block, sizeof block);
  std::vector<char> buffer(std::min<std::uint64_t>(kReadAtOnce, block.file_bytes));
  auto place = kSealBytes;
  for (std::size_t i = 0; i <= block.extent_count; ++i) {
    const auto stop = i < block.extent_count ? block.extents[i].first : block.file_bytes;
    while (place < stop) {
      const auto bytes = std::min<std::uint64_t>(stop - place, buffer.size());
      if (!read_at(file, place, buffer.data(), bytes)) {
        return std::nullopt;
      }
      XXH3_64bits_update(state.get(), buffer.data(), bytes);
      place += bytes;
    }
    place = i < block.extent_count ? block.extents[i].last : place;
  }
  return XXH3_64bits_digest(state.get());
}

bool is_well_formed(const Block& block, std::uint64_t file_bytes) {
  if (block.magic != kMagic || block.file_bytes != file_bytes || block.extent_count > kMostExtents) {
    return false;
  }
  auto place = kSealBytes;
  for (std::size_t i = 0; i < block.extent_count; ++i) {
    const auto& extent = block.extents[i];
    if (extent.first < place || extent.last < extent.first || extent.last > file_bytes) {
      return false;
    }
    place = extent.last;
  }
  return true;
}

}  // namespace

void write_seal(const std::filesystem::path& path, std::vector<Extent> rows) {
  const auto extents = joined(std::move(rows));
  if (extents.size() > kMostExtents) {
    return;
  }
  Descriptor file(path, O_RDWR);
  struct stat status {};
  Block block;
  std::copy(extents.begin(), extents.end(), block.extents.begin());
  block.extent_count = extents.size();
  bool is_written = file.is_open() && ::fstat(file.value(), &status) == 0;
  if (is_written) {
    block.file_bytes = static_cast<std::uint64_t>(status.st_size);
    const auto hash = hash_of(file, block);
    block.hash = hash.value_or(0);
    is_written = hash && ::pwrite(file.value(), &block, sizeof block, 0) == sizeof block && file.close();
  }
  if (!is_written) {
    throw RuntimeError("{}: cannot write its seal: {}", path.string(), std::strerror(errno));
  }
}

bool is_seal_whole(const std::filesystem::path& path) {
  const Descriptor file(path, O_RDONLY);
  struct stat status {};
  Block block;
  return file.is_open() && ::fstat(file.value(), &status) == 0 && read_at(file, 0, &block, sizeof block) &&
         is_well_formed(block, static_cast<std::uint64_t>(status.st_size)) && hash_of(file, block) == block.hash;
}

}  // namespace ampcf::storage
