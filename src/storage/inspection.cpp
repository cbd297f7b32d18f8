#include "storage/inspection.hpp"

#include "ampcf/core/error.hpp"
#include "storage/extent.hpp"
#include "storage/handle.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <functional>

namespace ampcf::storage {

namespace {

constexpr std::uint64_t kSlabBytes = std::uint64_t{16} << 20U;    // read at once
constexpr std::uint64_t kSpareBytes = std::uint64_t{256} << 20U;  // of memory, for HDF5's own needs
// Time for metadata, and for so many bytes a second: inflated by a slow processor, come from a slow network.
constexpr std::uint64_t kSpareProcessorSeconds = 5;
constexpr std::uint64_t kBytesPerProcessorSecond = 20'000'000;
constexpr std::uint64_t kSpareSeconds = 60;
constexpr std::uint64_t kBytesPerSecond = 1'000'000;

#if H5_VERSION_GE(1, 12, 0)
using ObjectInfo = H5O_info1_t;
#else
using ObjectInfo = H5O_info_t;
#endif

// Reads values into memory of the right size and gives back what HDF5 allocated for strings of variable length.
bool read_values(const Handle& type, const Handle& space, std::uint64_t count,
                 const std::function<herr_t(void*)>& read) {
  const auto size = H5Tget_size(type.id());
  if (size == 0 || count > kSlabBytes / size) {
    return false;
  }
  std::vector<char> values(std::max<std::size_t>(1, size * count));
  if (read(values.data()) < 0) {
    return false;
  }
  if (H5Tdetect_class(type.id(), H5T_VLEN) > 0 || H5Tis_variable_str(type.id()) > 0) {
    H5Dvlen_reclaim(type.id(), space.id(), H5P_DEFAULT, values.data());
  }
  return true;
}

// Row by row in slabs. The numbers of a contiguous dataset are bytes at one place: the first slab tells all.
bool read_dataset(const Handle& dataset) {
  if (is_elsewhere(dataset) || !has_plain_filters(dataset) || !is_backed(dataset)) {
    return true;  // nobody reads it
  }
  const Handle type(H5Dget_type(dataset.id()), H5Tclose);
  const Handle whole(H5Dget_space(dataset.id()), H5Sclose);
  const Handle properties(H5Dget_create_plist(dataset.id()), H5Pclose);
  const auto shape = shape_of(whole);
  const auto count = number_count(shape).value_or(0);
  if (shape.empty() || count == 0) {
    return read_values(type, whole, count, [&](void* values) {
      return H5Dread(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    });
  }
  const auto row = row_size(shape);
  const auto rows = std::max<std::uint64_t>(1, kSlabBytes / (row * std::max<std::size_t>(1, H5Tget_size(type.id()))));
  const auto last = H5Pget_layout(properties.id()) == H5D_CHUNKED || H5Tis_variable_str(type.id()) > 0
                        ? shape[0]
                        : std::min(rows, shape[0]);
  for (std::uint64_t first = 0; first < last; first += rows) {
    const auto slab = std::min(rows, shape[0] - first);
    const auto from = select_rows(dataset, shape, first, slab);
    const auto into = flat_space(slab * row);
    if (!read_values(type, into, slab * row, [&](void* values) {
          return H5Dread(dataset.id(), type.id(), into.id(), from.id(), H5P_DEFAULT, values);
        })) {
      return false;
    }
  }
  return true;
}

herr_t visit_object(hid_t root, const char* name, const ObjectInfo* info, void* /*nothing*/) {
  if (info->type != H5O_TYPE_DATASET) {
    return 0;
  }
  const Handle dataset(H5Dopen2(root, name, H5P_DEFAULT), H5Dclose);
  return dataset.is_valid() && read_dataset(dataset) ? 0 : -1;
}

herr_t visit_attribute(hid_t root, const char* name, const H5A_info_t* /*info*/, void* /*nothing*/) {
  const Handle attribute(H5Aopen(root, name, H5P_DEFAULT), H5Aclose);
  if (!attribute.is_valid()) {
    return -1;
  }
  const Handle type(H5Aget_type(attribute.id()), H5Tclose);
  const Handle space(H5Aget_space(attribute.id()), H5Sclose);
  const auto count = number_count(shape_of(space)).value_or(UINT64_MAX);
  const bool is_read =
      read_values(type, space, count, [&](void* values) { return H5Aread(attribute.id(), type.id(), values); });
  return is_read ? 0 : -1;
}

bool read_all(const std::filesystem::path& path) {
  const Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  return file.is_valid() &&
         H5Aiterate2(file.id(), H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, visit_attribute, nullptr) >= 0 &&
         H5Ovisit2(file.id(), H5_INDEX_NAME, H5_ITER_NATIVE, visit_object, nullptr, H5O_INFO_BASIC) >= 0;
}

std::uint64_t address_space_bytes() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void limit(int resource, std::uint64_t value) {
  rlimit now{};
  ::getrlimit(static_cast<__rlimit_resource_t>(resource), &now);
  now.rlim_cur = std::min<rlim_t>(value, now.rlim_max);
  ::setrlimit(static_cast<__rlimit_resource_t>(resource), &now);
}

// The child's whole life; says through the pipe what HDF5 complains of.
[[noreturn]] void run_child(const std::filesystem::path& path, std::uint64_t bytes, int answer) {
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, kSpareProcessorSeconds + bytes / kBytesPerProcessorSecond);
  limit(RLIMIT_AS, address_space_bytes() + kSpareBytes + 2 * bytes);
  ::alarm(static_cast<unsigned>(std::min<std::uint64_t>(kSpareSeconds + bytes / kBytesPerSecond, UINT32_MAX)));
  for (const int fault : {SIGABRT, SIGALRM, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGXCPU}) {
    ::signal(fault, SIG_DFL);  // whatever MPI prints at such a signal is nobody's concern here
  }
  const int nowhere = ::open("/dev/null", O_WRONLY);
  ::dup2(nowhere, STDOUT_FILENO);
  ::dup2(nowhere, STDERR_FILENO);  // a dying C library has more to say than users want to know
  bool is_good = false;
  std::string text = "unknown HDF5 failure";
  try {
    is_good = read_all(path);
    text = last_error();
  } catch (const std::exception& error) {
    text = error.what();
  }
  if (!is_good) {
    [[maybe_unused]] const auto ignored = ::write(answer, text.data(), text.size());
  }
  ::_exit(is_good ? 0 : 1);
}

std::string read_to_end(int descriptor) {
  std::string text;
  std::array<char, 512> buffer{};
  for (ssize_t count = 0; (count = ::read(descriptor, buffer.data(), buffer.size())) != 0;) {
    if (count < 0 && errno != EINTR) {
      break;
    }
    text.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
  return text;
}

}  // namespace

void inspect(const std::filesystem::path& path) {
  std::array<int, 2> answer{};
  const auto bytes = std::filesystem::file_size(path);
  const pid_t child = ::pipe2(answer.data(), O_CLOEXEC) == 0 ? ::fork() : -1;
  if (child < 0) {
    throw RuntimeError("{}: cannot start a process to inspect it: {}", path.string(), std::strerror(errno));
  }
  if (child == 0) {
    run_child(path, bytes, answer[1]);
  }
  ::close(answer[1]);
  const auto text = read_to_end(answer[0]);
  ::close(answer[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGALRM)) {
    throw DataError("{}: not a readable HDF5 file (HDF5 does not come to an end reading it: it is damaged)",
                    path.string());
  }
  if (!WIFEXITED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 1)) {
    throw DataError("{}: not a readable HDF5 file (HDF5 crashes reading it: it is damaged)", path.string());
  }
  if (WEXITSTATUS(status) == 1) {
    throw DataError("{}: not a readable HDF5 file ({})", path.string(), text);
  }
}

}  // namespace ampcf::storage
