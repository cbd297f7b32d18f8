#pragma once

#include <filesystem>

namespace ampcf::storage {

/// Reads a file whose metadata nobody vouches for (no seal, or one that does not hold: a file of another program, an
/// edited one, a damaged one) in a child process with limits of time and memory. HDF5 1.10 crashes, or never comes
/// back, over some metadata that a damaged or hostile file may hold; what the child survives, this process may read.
/// Throws DataError where the child dies or HDF5 reports a failure.
void inspect(const std::filesystem::path& path);

}  // namespace ampcf::storage
