#pragma once

#include "ampcf/core/error.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ampcf::communication {

class StallWatch;
struct NativeCommunicator;  // wraps MPI_Comm; defined in src/communication/native.hpp for the rooms that need it

/// An error that all ranks know of: `reporter` is the rank that failed first and the one that should print it.
class AgreedError : public Error {
 public:
  AgreedError(ExitCode code, int reporter, const std::string& text) : Error(code, text), reporter_(reporter) {}

  [[nodiscard]] int reporter() const noexcept { return reporter_; }

 private:
  int reporter_;
};

/// A group of ranks. Numbers are int32, uint32, int64, uint64, float or double; any count, above 2^31 too.
/// Every function but rank(), size(), native() and those of the watch is collective: every rank of the group must call
/// it.
class Communicator {
 public:
  /// All ranks of the job; needs an Environment. Duplicates the world, so that nothing else meets its messages.
  [[nodiscard]] static Communicator world();

  /// One rank without MPI: what serial programs and tests pass.
  [[nodiscard]] static Communicator alone();

  [[nodiscard]] int rank() const noexcept { return rank_; }
  [[nodiscard]] int size() const noexcept { return size_; }
  [[nodiscard]] const NativeCommunicator* native() const noexcept { return native_.get(); }

  /// Collective. The ranks that share memory with this one; they tell the same watch.
  [[nodiscard]] Communicator of_host() const;

  /// Collective. The ranks that name the same part, in their order; they tell the same watch.
  [[nodiscard]] Communicator split(std::uint64_t part) const;

  /// Lets a watch know of every wait for other ranks in a collective; it must outlive this communicator's use.
  void set_watch(StallWatch* watch) { watch_ = watch; }
  [[nodiscard]] StallWatch* watch() const noexcept { return watch_; }

  void barrier() const;

  template <typename T>
  void sum(std::span<T> values) const;  // in place, the total on every rank

  template <typename T>
  [[nodiscard]] T sum(T value) const {
    sum(std::span<T>(&value, 1));
    return value;
  }

  template <typename T>
  [[nodiscard]] T max(T value) const;

  /// One value of every rank, by rank.
  template <typename T>
  [[nodiscard]] std::vector<T> all_gather(T value) const;

  /// The values of every rank one after the other, by rank; lengths may differ.
  template <typename T>
  [[nodiscard]] std::vector<T> all_gather(std::span<const T> values) const;

  /// The same on `root` alone; empty elsewhere.
  template <typename T>
  [[nodiscard]] std::vector<T> gather(std::span<const T> values, int root) const;

  /// The inverse of gather: cuts root's values, one after the other by rank, into `counts` (read on root alone) and
  /// gives each rank its part.
  template <typename T>
  [[nodiscard]] std::vector<T> scatter(std::span<const T> values, std::span<const std::uint64_t> counts,
                                       int root) const;

  template <typename T>
  void broadcast(std::span<T> values, int root) const;

  void broadcast(std::string& text, int root) const;

  /// Runs what may fail on one rank alone; if any rank throws, all throw the first failing rank's error.
  template <typename F>
  void agree(F&& work) const {
    std::optional<Error> failure;
    try {
      work();
    } catch (const Error& error) {
      failure = error;
    } catch (const std::exception& error) {
      failure = Error(ExitCode::runtime, error.what());
    }
    raise_first(failure);
  }

 private:
  Communicator(std::shared_ptr<NativeCommunicator> native, int rank, int size)
      : native_(std::move(native)), rank_(rank), size_(size) {}

  [[nodiscard]] Communicator adopt(const struct NativeHandle& handle) const;
  void raise_first(const std::optional<Error>& failure) const;

  std::shared_ptr<NativeCommunicator> native_;
  int rank_ = 0;
  int size_ = 1;
  StallWatch* watch_ = nullptr;
};

}  // namespace ampcf::communication
