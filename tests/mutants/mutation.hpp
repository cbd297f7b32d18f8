#pragma once

#include "ampcf/random/philox.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace ampcf::mutants {

/// What was done to a file: the kind is counted, the details are printed where a program bears it badly.
struct Mutation {
  std::string kind;
  std::string details;
};

/// Uniform in [0, count).
[[nodiscard]] inline std::size_t below(random::Draws& draws, std::size_t count) {
  return draws.next_below(static_cast<std::uint32_t>(count));
}

/// Spoils bytes of a copy of `whole` at `mutant`: anywhere, in HDF5's metadata, in metadata whose checksums are then
/// put right, at the end of the file, whole blocks.
[[nodiscard]] Mutation mutate_bytes(const std::filesystem::path& whole, const std::filesystem::path& mutant,
                                    random::Draws& draws);

/// Changes a copy of `whole` through the HDF5 library: sound HDF5 files that are no sound datasets or checkpoints.
/// Every second one gets a new seal, so that the programs open it without an inspection.
[[nodiscard]] Mutation mutate_structure(const std::filesystem::path& whole, const std::filesystem::path& mutant,
                                        random::Draws& draws);

/// The same content in the oldest form of HDF5's format, whose metadata have no checksums: what h5py writes.
void copy_in_old_form(const std::filesystem::path& from, const std::filesystem::path& into);

/// Bytes [first, last) that belong to HDF5's metadata; `checksum` is where the 4 bytes of their checksum stand, 0 where
/// they have none.
struct MetadataBlock {
  std::size_t first = 0;
  std::size_t last = 0;
  std::size_t checksum = 0;
};
[[nodiscard]] std::vector<MetadataBlock> metadata_of(const std::string& bytes);

/// The checksum of HDF5's metadata: Bob Jenkins' lookup3 (http://burtleburtle.net/bob/c/lookup3.c).
[[nodiscard]] std::uint32_t lookup3(const std::string& bytes, std::size_t first, std::size_t last);

}  // namespace ampcf::mutants
