#pragma once

#include "ampcf/communication/node.hpp"

#include <optional>
#include <utility>

namespace ampcf::sweep {

/// The memory of each host, which the groups of ranks on it share. A group takes what its trial needs before it
/// allocates it, and gives it back behind it.
class HostRoom {
 public:
  /// Collective over all ranks. `bytes` are there for them on this rank's host.
  HostRoom(const communication::Communicator& world, std::uint64_t bytes);

  /// What a rank has taken for its group, until its end.
  class Hold {
   public:
    Hold(HostRoom& room, std::uint64_t bytes) : room_(&room), bytes_(bytes) {}
    Hold(Hold&& other) noexcept : room_(other.room_), bytes_(std::exchange(other.bytes_, 0)) {}
    Hold& operator=(Hold&& other) noexcept {
      std::swap(room_, other.room_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() { room_->give_back(bytes_); }

   private:
    HostRoom* room_;
    std::uint64_t bytes_;
  };

  /// Collective over a group. Takes `bytes` of this rank's host (0 on all but one of the group's ranks there) if they
  /// are free, and what the other ranks ask for is free on their hosts; otherwise nobody takes anything. Of what a host
  /// does not have at all nothing is taken: who allocates it refuses it with the numbers.
  [[nodiscard]] std::optional<Hold> take(const communication::Communicator& group, std::uint64_t bytes);

 private:
  [[nodiscard]] bool take_here(std::uint64_t bytes);
  void give_back(std::uint64_t bytes);

  communication::NodeMemory memory_;
  std::uint64_t bytes_;
  std::uint64_t* taken_;  // of this host
};

}  // namespace ampcf::sweep
