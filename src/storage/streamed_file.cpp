#include "ampcf/storage/streamed_file.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/storage/file.hpp"

#include <cerrno>
#include <cstring>

namespace ampcf::storage {

namespace {

std::filesystem::path partial_of(std::filesystem::path path) {
  require_writable(path);
  path += ".partial";
  return path;
}

}  // namespace

PartialFile::PartialFile(std::filesystem::path path) : path_(std::move(path)), partial_(partial_of(path_)) {}

PartialFile::~PartialFile() {
  if (!is_committed_) {
    std::error_code ignored;
    std::filesystem::remove(partial_, ignored);
  }
}

void PartialFile::commit() {
  sync_file(partial_);
  std::error_code failed;
  std::filesystem::rename(partial_, path_, failed);
  if (failed) {
    throw RuntimeError("{}: cannot give the file its name: {}", path_.string(), failed.message());
  }
  is_committed_ = true;
  sync_directory(path_.has_parent_path() ? path_.parent_path() : ".");
}

StreamedFile::StreamedFile(const std::filesystem::path& path)
    : partial_(path), file_(std::fopen(partial_.partial().c_str(), "wb")) {
  if (file_ == nullptr) {
    fail("create the file");
  }
}

void StreamedFile::fail(const char* action) const {
  throw RuntimeError("{}: cannot {}: {}", partial_.path().string(), action, std::strerror(errno));
}

void StreamedFile::append(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) {
    fail("write");
  }
}

void StreamedFile::append_numbers(const float* values, std::size_t count) {
  if (std::fwrite(values, sizeof(float), count, file_.get()) != count) {
    fail("write");
  }
}

void StreamedFile::finish() {
  if (std::fclose(file_.release()) != 0) {
    fail("write");
  }
  partial_.commit();
}

}  // namespace ampcf::storage
