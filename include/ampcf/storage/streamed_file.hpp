#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>

namespace ampcf::storage {

/// PATH.partial, which gets the name PATH at commit() and is gone without it.
class PartialFile {
 public:
  /// Throws RuntimeError where no file could be written under this name.
  explicit PartialFile(std::filesystem::path path);
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  ~PartialFile();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] const std::filesystem::path& partial() const { return partial_; }

  /// The partial file is whole and closed: flushes it to disk and renames it. Throws RuntimeError.
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path partial_;
  bool is_committed_ = false;
};

/// A file that is written from its beginning to its end in parts of any size. Throws RuntimeError.
class StreamedFile {
 public:
  explicit StreamedFile(const std::filesystem::path& path);

  void append(std::string_view bytes);
  void append_numbers(const float* values, std::size_t count);
  void finish();

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  [[noreturn]] void fail(const char* action) const;

  PartialFile partial_;
  std::unique_ptr<std::FILE, Closer> file_;
};

}  // namespace ampcf::storage
