#pragma once

#include "ampcf/core/error.hpp"
#include "ampcf/storage/file.hpp"
#include "storage/handle.hpp"
#include "storage/seal.hpp"

#include <string>
#include <vector>

namespace ampcf::storage {

/// Throws RuntimeError where another process is writing the file, which HDF5 locks for as long. Asked before the file
/// is opened, which would empty it.
void require_unlocked(const std::filesystem::path& path);

/// What reading and writing share.
struct File::State {
  std::filesystem::path path;
  Handle file;
  std::uint64_t bytes = 0;     // of a file open for reading
  bool is_new = false;         // to be sealed when it is closed
  std::vector<Extent> rows{};  // of a new file: where the rows of its datasets lie, which the seal leaves out

  /// Opens a dataset for reading: one that is there, holds its numbers in this file, and no more than it can.
  [[nodiscard]] Handle open_dataset(const std::string& name) const;

  /// Throws DataError unless the dataset holds this type.
  template <typename T>
  void expect_type(const Handle& dataset, const std::string& name) const {
    const Handle type(H5Dget_type(dataset.id()), H5Tclose);
    if (H5Tequal(type.id(), stored_type<T>()) <= 0) {
      throw DataError("{}: {} holds {}, expected {}", path.string(), name, type_name(type.id()),
                      type_name(stored_type<T>()));
    }
  }

  [[noreturn]] void fail_reading(const std::string& what) const {
    throw DataError("{}: cannot read {}: {}", path.string(), what, last_error());
  }
  // MPI-IO does not tell why it wrote less than asked: the room that is left may.
  [[noreturn]] void fail_writing(const std::string& what) const {
    std::error_code unknown;
    const auto room = std::filesystem::space(path, unknown);
    throw RuntimeError("{}: cannot write {}: {}{}", path.string(), what, last_error(),
                       unknown ? "" : fmt::format(" ({:.3f} GB free)", static_cast<double>(room.available) * 1e-9));
  }
};

}  // namespace ampcf::storage
