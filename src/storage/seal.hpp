#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

/// A file begins with its seal, in what HDF5 calls a user block and passes over: the file's length and a hash (XXH3, 64
/// bits) of all its bytes but the rows of its datasets. HDF5 1.10 is not to be trusted with metadata that somebody made
/// up or damaged; where the seal holds, the metadata are the bytes that this program had HDF5 write. Rows hold numbers
/// alone, which every reader checks, and may be written after the seal.
namespace ampcf::storage {

/// Bytes [first, last) of a file.
struct Extent {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

/// Bytes of a seal: enough for 126 extents, and one of the places where HDF5 (and file(1)) looks for its signature.
inline constexpr std::uint64_t kSealBytes = 2048;

/// Seals a closed file, leaving out these extents. One of more extents than fit, even when those that touch are
/// joined, stays without a seal. Throws RuntimeError.
void write_seal(const std::filesystem::path& path, std::vector<Extent> rows);

/// Whether the file has a seal that holds. False as well for a file that cannot be read.
[[nodiscard]] bool is_seal_whole(const std::filesystem::path& path);

}  // namespace ampcf::storage
