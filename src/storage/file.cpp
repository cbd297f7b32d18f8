#include "ampcf/storage/file.hpp"

#include "communication/native.hpp"
#include "storage/file_state.hpp"
#include "storage/inspection.hpp"

namespace ampcf::storage {

namespace {

// HDF5's clean-up at its end crashes over a file whose last bytes found no room on the disk; every file is closed by
// its owner, so nothing is left to clean up. At exit() it can be asked not to. In MPI_Finalize it cleans up where it
// was started between MPI_Init and there, so it is started before main. It prints its error stack by itself unless told
// not to; the messages here carry what matters of it. A link into another file is no part of a file: who follows it may
// wait at a pipe for ever.
const bool is_settled = [] {
  H5dont_atexit();
  return H5open() >= 0 && H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr) >= 0 && H5Lunregister(H5L_TYPE_EXTERNAL) >= 0;
}();

}  // namespace

File::File(std::unique_ptr<State> state) : state_(std::move(state)) {}
File::File(File&&) noexcept = default;
File& File::operator=(File&&) noexcept = default;
File::~File() = default;

const std::filesystem::path& File::path() const { return state_->path; }

File File::open(const std::filesystem::path& path) {
  std::error_code failed;
  const auto status = std::filesystem::status(path, failed);
  if (status.type() == std::filesystem::file_type::not_found) {
    throw DataError("{}: no such file", path.string());
  }
  if (!std::filesystem::exists(status)) {
    throw DataError("{}: cannot look at the file: {}", path.string(), failed.message());
  }
  if (!std::filesystem::is_regular_file(status)) {
    throw DataError("{}: found a directory or a device, expected an HDF5 file", path.string());
  }
  if (!is_seal_whole(path)) {
    inspect(path);
  }
  auto state = std::make_unique<State>();
  state->path = path;
  state->bytes = std::filesystem::file_size(path);
  state->file = Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!state->file.is_valid()) {
    throw DataError("{}: not a readable HDF5 file ({})", path.string(), last_error());
  }
  return File(std::move(state));
}

bool File::is_other_kind(const std::filesystem::path& path) { return H5Fis_hdf5(path.c_str()) == 0; }

File File::create(const std::filesystem::path& path) {
  require_unlocked(path);
  auto state = std::make_unique<State>();
  state->path = path;
  state->is_new = true;
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_libver_bounds(access.id(), H5F_LIBVER_V18, H5F_LIBVER_LATEST);
  const Handle properties(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  H5Pset_obj_track_times(properties.id(), 0);  // equal content gives equal bytes
  H5Pset_userblock(properties.id(), kSealBytes);
  state->file = Handle(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, properties.id(), access.id()), H5Fclose);
  if (!state->file.is_valid()) {
    throw RuntimeError("{}: cannot create the file: {}", path.string(), last_error());
  }
  return File(std::move(state));
}

File File::open_shared(const std::filesystem::path& path, const communication::Communicator& communicator) {
  auto state = std::make_unique<State>();
  state->path = path;
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  if (communicator.size() > 1) {
    H5Pset_fapl_mpio(access.id(), communicator.native()->handle, MPI_INFO_NULL);
  }
  state->file = Handle(H5Fopen(path.c_str(), H5F_ACC_RDWR, access.id()), H5Fclose);
  if (!state->file.is_valid()) {
    throw RuntimeError("{}: cannot open the file to write: {}", path.string(), last_error());
  }
  return File(std::move(state));
}

void File::close() {
  if (state_->file.reset() < 0) {
    state_->fail_writing("its last part");
  }
  if (state_->is_new) {
    write_seal(state_->path, std::move(state_->rows));
  }
}

}  // namespace ampcf::storage
