#include "ampcf/communication/communicator.hpp"

#include "ampcf/communication/stall_watch.hpp"
#include "communication/native.hpp"

#include <algorithm>
#include <climits>
#include <numeric>

namespace ampcf::communication {

namespace {

template <typename T>
MPI_Datatype datatype();
template <>
MPI_Datatype datatype<char>() {
  return MPI_CHAR;
}
template <>
MPI_Datatype datatype<std::int32_t>() {
  return MPI_INT32_T;
}
template <>
MPI_Datatype datatype<std::uint32_t>() {
  return MPI_UINT32_T;
}
template <>
MPI_Datatype datatype<std::int64_t>() {
  return MPI_INT64_T;
}
template <>
MPI_Datatype datatype<std::uint64_t>() {
  return MPI_UINT64_T;
}
template <>
MPI_Datatype datatype<float>() {
  return MPI_FLOAT;
}
template <>
MPI_Datatype datatype<double>() {
  return MPI_DOUBLE;
}

// MPI 3 counts with int; longer messages go in pieces of this many numbers.
constexpr std::size_t kPiece = std::size_t{1} << 30U;

void check(int status, const char* what) {
  if (status == MPI_SUCCESS) {
    return;
  }
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(status, text, &length);
  throw RuntimeError("MPI: {} failed: {}", what, std::string(text, static_cast<std::size_t>(length)));
}

template <typename F>
void in_pieces(std::size_t count, F&& call) {
  for (std::size_t first = 0; first < count; first += kPiece) {
    call(first, static_cast<int>(std::min(kPiece, count - first)));
  }
}

constexpr int kTag = 0;

template <typename T>
void send(std::span<const T> values, int target, MPI_Comm comm) {
  in_pieces(values.size(), [&](std::size_t first, int count) {
    check(MPI_Send(values.data() + first, count, datatype<T>(), target, kTag, comm), "MPI_Send");
  });
}

template <typename T>
void receive(std::span<T> values, int source, MPI_Comm comm) {
  in_pieces(values.size(), [&](std::size_t first, int count) {
    check(MPI_Recv(values.data() + first, count, datatype<T>(), source, kTag, comm, MPI_STATUS_IGNORE), "MPI_Recv");
  });
}

}  // namespace

NativeCommunicator::~NativeCommunicator() {
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (finalized == 0 && handle != MPI_COMM_NULL) {
    MPI_Comm_free(&handle);
  }
}

Communicator Communicator::world() {
  MPI_Comm comm = MPI_COMM_NULL;
  check(MPI_Comm_dup(MPI_COMM_WORLD, &comm), "MPI_Comm_dup");
  MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
  int rank = 0;
  int size = 0;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &size);
  return {std::make_shared<NativeCommunicator>(comm), rank, size};
}

Communicator Communicator::alone() { return {nullptr, 0, 1}; }

// Takes the communicator over.
Communicator Communicator::adopt(const NativeHandle& handle) const {
  const MPI_Comm comm = handle.comm;
  MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
  int rank = 0;
  int size = 0;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &size);
  Communicator part(std::make_shared<NativeCommunicator>(comm), rank, size);
  part.watch_ = watch_;
  return part;
}

Communicator Communicator::of_host() const {
  if (size_ == 1) {
    return *this;
  }
  MPI_Comm comm = MPI_COMM_NULL;
  const Waiting waiting(watch_, "MPI_Comm_split_type");
  check(MPI_Comm_split_type(native_->handle, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &comm), "MPI_Comm_split_type");
  return adopt({comm});
}

Communicator Communicator::split(std::uint64_t part) const {
  if (size_ == 1) {
    return *this;
  }
  MPI_Comm comm = MPI_COMM_NULL;
  const Waiting waiting(watch_, "MPI_Comm_split");
  check(MPI_Comm_split(native_->handle, static_cast<int>(part), rank_, &comm), "MPI_Comm_split");
  return adopt({comm});
}

void Communicator::barrier() const {
  if (size_ > 1) {
    const Waiting waiting(watch_, "MPI_Barrier");
    check(MPI_Barrier(native_->handle), "MPI_Barrier");
  }
}

template <typename T>
void Communicator::sum(std::span<T> values) const {
  if (size_ == 1) {
    return;
  }
  in_pieces(values.size(), [&](std::size_t first, int count) {
    const Waiting waiting(watch_, "MPI_Allreduce");
    check(MPI_Allreduce(MPI_IN_PLACE, values.data() + first, count, datatype<T>(), MPI_SUM, native_->handle),
          "MPI_Allreduce");
  });
}

template <typename T>
T Communicator::max(T value) const {
  if (size_ > 1) {
    const Waiting waiting(watch_, "MPI_Allreduce");
    check(MPI_Allreduce(MPI_IN_PLACE, &value, 1, datatype<T>(), MPI_MAX, native_->handle), "MPI_Allreduce");
  }
  return value;
}

template <typename T>
std::vector<T> Communicator::all_gather(T value) const {
  std::vector<T> all(static_cast<std::size_t>(size_), value);
  if (size_ > 1) {
    const Waiting waiting(watch_, "MPI_Allgather");
    check(MPI_Allgather(&value, 1, datatype<T>(), all.data(), 1, datatype<T>(), native_->handle), "MPI_Allgather");
  }
  return all;
}

template <typename T>
std::vector<T> Communicator::all_gather(std::span<const T> values) const {
  if (size_ == 1) {
    return {values.begin(), values.end()};
  }
  const auto counts = all_gather<std::uint64_t>(values.size());
  const auto total = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  std::vector<T> all(total);
  if (total <= INT_MAX) {
    std::vector<int> lengths(counts.begin(), counts.end());
    std::vector<int> starts(counts.size(), 0);
    std::partial_sum(lengths.begin(), lengths.end() - 1, starts.begin() + 1);
    const Waiting waiting(watch_, "MPI_Allgatherv");
    check(MPI_Allgatherv(values.data(), static_cast<int>(values.size()), datatype<T>(), all.data(), lengths.data(),
                         starts.data(), datatype<T>(), native_->handle),
          "MPI_Allgatherv");
    return all;
  }
  std::uint64_t start = 0;
  for (int root = 0; root < size_; ++root) {
    const std::span<T> part(all.data() + start, counts[static_cast<std::size_t>(root)]);
    if (root == rank_) {
      std::copy(values.begin(), values.end(), part.begin());
    }
    broadcast(part, root);
    start += part.size();
  }
  return all;
}

template <typename T>
std::vector<T> Communicator::gather(std::span<const T> values, int root) const {
  const auto counts = all_gather<std::uint64_t>(values.size());
  const Waiting waiting(watch_, rank_ == root ? "MPI_Recv" : "MPI_Send");
  if (rank_ != root) {
    send(values, root, native_->handle);
    return {};
  }
  std::vector<T> all(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  auto* into = all.data();
  for (int source = 0; source < size_; ++source) {
    const std::span<T> part(into, counts[static_cast<std::size_t>(source)]);
    if (source == root) {
      std::copy(values.begin(), values.end(), part.begin());
    } else {
      receive(part, source, native_->handle);
    }
    into += part.size();
  }
  return all;
}

template <typename T>
std::vector<T> Communicator::scatter(std::span<const T> values, std::span<const std::uint64_t> counts, int root) const {
  std::vector<std::uint64_t> lengths(counts.begin(), counts.end());
  lengths.resize(static_cast<std::size_t>(size_));
  broadcast(std::span<std::uint64_t>(lengths), root);
  std::vector<T> own(lengths[static_cast<std::size_t>(rank_)]);
  const Waiting waiting(watch_, rank_ == root ? "MPI_Send" : "MPI_Recv");
  if (rank_ != root) {
    receive(std::span<T>(own), root, native_->handle);
    return own;
  }
  for (int target = 0; target < size_; ++target) {
    const auto part = values.first(lengths[static_cast<std::size_t>(target)]);
    if (target == root) {
      own.assign(part.begin(), part.end());
    } else {
      send(part, target, native_->handle);
    }
    values = values.subspan(part.size());
  }
  return own;
}

template <typename T>
void Communicator::broadcast(std::span<T> values, int root) const {
  if (size_ == 1) {
    return;
  }
  in_pieces(values.size(), [&](std::size_t first, int count) {
    const Waiting waiting(watch_, "MPI_Bcast");
    check(MPI_Bcast(values.data() + first, count, datatype<T>(), root, native_->handle), "MPI_Bcast");
  });
}

void Communicator::broadcast(std::string& text, int root) const {
  std::uint64_t length = text.size();
  broadcast(std::span(&length, 1), root);
  text.resize(length);
  broadcast(std::span<char>(text), root);
}

void Communicator::raise_first(const std::optional<Error>& failure) const {
  if (size_ == 1) {
    if (failure) {
      throw AgreedError(failure->code(), 0, failure->what());
    }
    return;
  }
  const auto failed = all_gather<std::int32_t>(failure ? static_cast<std::int32_t>(failure->code()) : 0);
  const auto first = std::find_if(failed.begin(), failed.end(), [](std::int32_t code) { return code != 0; });
  if (first == failed.end()) {
    return;
  }
  const int reporter = static_cast<int>(first - failed.begin());
  std::string text = failure ? failure->what() : "";
  broadcast(text, reporter);
  throw AgreedError(static_cast<ExitCode>(*first), reporter, text);
}

#define AMPCF_INSTANTIATE(T)                                                                                       \
  template void Communicator::sum<T>(std::span<T>) const;                                                          \
  template T Communicator::max<T>(T) const;                                                                        \
  template std::vector<T> Communicator::all_gather<T>(T) const;                                                    \
  template std::vector<T> Communicator::all_gather<T>(std::span<const T>) const;                                   \
  template std::vector<T> Communicator::gather<T>(std::span<const T>, int) const;                                  \
  template std::vector<T> Communicator::scatter<T>(std::span<const T>, std::span<const std::uint64_t>, int) const; \
  template void Communicator::broadcast<T>(std::span<T>, int) const;
AMPCF_INSTANTIATE(std::int32_t)
AMPCF_INSTANTIATE(std::uint32_t)
AMPCF_INSTANTIATE(std::int64_t)
AMPCF_INSTANTIATE(std::uint64_t)
AMPCF_INSTANTIATE(float)
AMPCF_INSTANTIATE(double)
#undef AMPCF_INSTANTIATE

}  // namespace ampcf::communication
