#pragma once

#include "ampcf/communication/communicator.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace ampcf::storage {

/// Rows times the numbers of one row: (n), (n, d) or (n, r, d).
using Shape = std::vector<std::uint64_t>;

/// An HDF5 file. Numbers are int32, uint32, int64, uint64, float or double and are stored little-endian in that type.
/// Reading names file, object, what was found and what was expected in a DataError (exit 3); writing throws
/// RuntimeError.
class File {
 public:
  /// For reading, by this rank alone; every rank of a parallel program may have the same file open. A file without a
  /// whole seal (close()) is first read by a child process, because HDF5 crashes over some damaged or hostile metadata.
  /// Links and datasets that lead into other files are not followed.
  [[nodiscard]] static File open(const std::filesystem::path& path);

  /// Whether a file can be read and is none of HDF5.
  [[nodiscard]] static bool is_other_kind(const std::filesystem::path& path);

  /// A new file written by one process.
  [[nodiscard]] static File create(const std::filesystem::path& path);

  /// Collective. An existing file, into whose datasets all ranks may write rows, each for itself: a rank that fails
  /// leaves the others to finish theirs. Nothing else may be written. close() is collective.
  [[nodiscard]] static File open_shared(const std::filesystem::path& path,
                                        const communication::Communicator& communicator);

  File(File&&) noexcept;
  File& operator=(File&&) noexcept;
  ~File();

  [[nodiscard]] const std::filesystem::path& path() const;
  [[nodiscard]] bool contains(const std::string& object) const;
  [[nodiscard]] Shape shape(const std::string& dataset) const;

  /// Throws DataError unless the dataset has this shape.
  void expect_shape(const std::string& dataset, const Shape& expected) const;

  /// A whole dataset, row-major.
  template <typename T>
  [[nodiscard]] std::vector<T> read(const std::string& dataset) const;

  /// Rows first.. of a dataset; their number is out.size() over the size of a row.
  template <typename T>
  void read_rows(const std::string& dataset, std::uint64_t first, std::span<T> out) const;

  /// So many rows from the first, in blocks of whole rows: `look` sees each while it is still in the cache, and throws
  /// where it finds a fault. Large ones lie in huge pages where the system has them.
  template <typename T>
  [[nodiscard]] std::vector<T> read_rows(const std::string& dataset, std::uint64_t first, std::uint64_t rows,
                                         const std::function<void(std::span<const T>)>& look) const;

  /// Strings of fixed or variable length.
  [[nodiscard]] std::vector<std::string> read_strings(const std::string& dataset) const;

  [[nodiscard]] bool has_attribute(const std::string& name) const;
  template <typename T>
  [[nodiscard]] T attribute(const std::string& name) const;
  [[nodiscard]] std::string text_attribute(const std::string& name) const;

  /// Makes a dataset of this shape, with the groups above it. `deflate` asks for shuffle and deflate at that level; it
  /// needs write_rows to be called in whole, and is not for files that are opened shared.
  template <typename T>
  void create_dataset(const std::string& dataset, const Shape& shape, int deflate = 0);

  /// Writes rows first...
  template <typename T>
  void write_rows(const std::string& dataset, std::uint64_t first, std::span<const T> values);

  /// create_dataset and write_rows of the whole.
  template <typename T>
  void write(const std::string& dataset, const Shape& shape, std::span<const T> values, int deflate = 0);

  /// Strings as UTF-8 of fixed length (the longest, at least 1).
  void write_strings(const std::string& dataset, const std::vector<std::string>& values);

  template <typename T>
  void set_attribute(const std::string& name, T value);
  void set_text_attribute(const std::string& name, const std::string& text);

  /// Flushes HDF5's buffers and closes; a destructor closes too, but cannot report a failure. A new file gets its seal:
  /// a hash of everything but the rows of its datasets of numbers, which open_shared may still fill.
  void close();

 private:
  struct State;
  explicit File(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Writes a file that appears whole, under its name, or not at all: `write` fills PATH.partial, which is closed,
/// flushed to disk and renamed. On failure the partial file is removed and the error passed on.
void commit_file(const std::filesystem::path& path, const std::function<void(File&)>& write);

/// The same for a text file.
void commit_text(const std::filesystem::path& path, const std::string& text);

/// Throws RuntimeError where no file could be committed under this name: asked before long work.
void require_writable(const std::filesystem::path& path);

/// Throws UsageError where an HDF5 file of another attribute `format` than this has the name: no slip of the pen is to
/// replace a model by its metrics. Asked before long work.
void require_replaceable(const std::filesystem::path& path, const std::string& format);

/// Gives a file, which is made where there is none, room for its first `bytes` bytes, so that filling it cannot run
/// into a full disk. Does nothing on file systems that cannot promise this. Throws RuntimeError where there is no room.
void reserve_room(const std::filesystem::path& path, std::uint64_t bytes);

/// Throws RuntimeError unless this process can open the file for writing and finds it `bytes` long: asked on every rank
/// before all open it together.
void require_shared(const std::filesystem::path& path, std::uint64_t bytes);

/// Flushes a file to disk; `sync_directory` the names in it. Throw RuntimeError.
void sync_file(const std::filesystem::path& path);
void sync_directory(const std::filesystem::path& path);

}  // namespace ampcf::storage
