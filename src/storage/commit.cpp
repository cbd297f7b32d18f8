#include "ampcf/core/error.hpp"
#include "ampcf/storage/file.hpp"
#include "storage/file_state.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace ampcf::storage {

namespace {

void sync_path(const std::filesystem::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags);
  if (descriptor < 0) {
    throw RuntimeError("{}: cannot open to flush to disk: {}", path.string(), std::strerror(errno));
  }
  const int status = ::fsync(descriptor);
  const int fault = errno;
  ::close(descriptor);
  if (status != 0) {
    throw RuntimeError("{}: cannot flush to disk: {}", path.string(), std::strerror(fault));
  }
}

std::filesystem::path directory_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

std::filesystem::path partial_of(std::filesystem::path path) {
  path += ".partial";
  return path;
}

template <typename F>
void commit(const std::filesystem::path& path, F&& write) {
  const auto partial = partial_of(path);
  require_unlocked(partial);  // here: it is not ours to remove
  try {
    write(partial);
    sync_file(partial);
    std::filesystem::rename(partial, path);
  } catch (const std::exception&) {
    std::error_code ignored;
    std::filesystem::remove(partial, ignored);
    throw;
  }
  sync_directory(directory_of(path));
}

}  // namespace

void require_unlocked(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    return;
  }
  const bool is_locked = ::flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(descriptor);
  if (is_locked) {
    throw RuntimeError("{}: another process is writing it: choose another name, or wait", path.string());
  }
}

void require_writable(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path)) {
    throw RuntimeError("{}: found a directory, expected the name of a file to write", path.string());
  }
  if (!std::filesystem::is_directory(directory_of(path))) {
    throw RuntimeError("{}: no such directory to write {} in: make it first", directory_of(path).string(),
                       path.filename().string());
  }
  const auto partial = partial_of(path);
  const int descriptor = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (descriptor < 0 && errno != EEXIST) {
    throw RuntimeError("{}: cannot write: {}", path.string(), std::strerror(errno));
  }
  if (descriptor >= 0) {
    ::close(descriptor);
    ::unlink(partial.c_str());
  } else {
    require_unlocked(partial);
  }
}

void require_replaceable(const std::filesystem::path& path, const std::string& format) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed) || File::is_other_kind(path)) {
    return;
  }
  const auto found = [&]() -> std::string {
    try {
      const auto file = File::open(path);
      return file.has_attribute("format") ? file.text_attribute("format") : "";
    } catch (const DataError&) {
      return "";  // damaged: of no use to anybody
    }
  }();
  if (!found.empty() && found != format) {
    throw UsageError(
        "{}: found a file of format {}, and one of format {} would take its place: choose another name, or remove it "
        "first",
        path.string(), found, format);
  }
}

void reserve_room(const std::filesystem::path& path, std::uint64_t bytes) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) {
    throw RuntimeError("{}: cannot write: {}", path.string(), std::strerror(errno));
  }
  const bool is_reserved = bytes == 0 || ::fallocate(descriptor, 0, 0, static_cast<off_t>(bytes)) == 0;
  const int fault = errno;
  ::close(descriptor);
  if (!is_reserved && fault != EOPNOTSUPP && fault != ENOSYS) {
    throw RuntimeError("{}: no room for {} bytes: {}", path.string(), bytes, std::strerror(fault));
  }
}

void require_shared(const std::filesystem::path& path, std::uint64_t bytes) {
  const int descriptor = ::open(path.c_str(), O_RDWR);
  if (descriptor < 0) {
    throw RuntimeError("{}: cannot open to write on every rank: {}; its directory must be shared by all hosts",
                       path.string(), std::strerror(errno));
  }
  const auto found = ::lseek(descriptor, 0, SEEK_END);
  ::close(descriptor);
  if (found < 0 || static_cast<std::uint64_t>(found) != bytes) {
    throw RuntimeError("{}: this rank finds {} bytes, expected {}: its directory must be shared by all hosts",
                       path.string(), found, bytes);
  }
}

void sync_file(const std::filesystem::path& path) { sync_path(path, O_RDONLY); }

void sync_directory(const std::filesystem::path& path) { sync_path(path, O_RDONLY | O_DIRECTORY); }

void commit_file(const std::filesystem::path& path, const std::function<void(File&)>& write) {
  commit(path, [&](const std::filesystem::path& partial) {
    auto file = File::create(partial);
    write(file);
    file.close();
  });
}

void commit_text(const std::filesystem::path& path, const std::string& text) {
  commit(path, [&](const std::filesystem::path& partial) {
    std::ofstream stream(partial, std::ios::binary);
    stream << text;
    stream.close();
    if (!stream) {
      throw RuntimeError("{}: cannot write: {}", partial.string(), std::strerror(errno));
    }
  });
}

}  // namespace ampcf::storage
