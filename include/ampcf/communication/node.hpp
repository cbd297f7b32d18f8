#pragma once

#include "ampcf/communication/communicator.hpp"
#include "ampcf/kernels/aligned.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

namespace ampcf::communication {

/// Ranks that share memory. Ranks with the same number on every node form a lane: there are as many lanes as the
/// smallest node has ranks, and what is divided among the ranks of a node is divided among lanes, so that the same part
/// has the same number everywhere.
class Node {
 public:
  /// Collective. The ranks of this rank's host, cut into groups of at most `most` (0: not cut).
  Node(const Communicator& world, std::uint64_t most);

  [[nodiscard]] const Communicator& ranks() const { return ranks_; }
  [[nodiscard]] std::uint64_t lanes() const { return lanes_; }
  /// This rank's lane; lanes() or more where it has none.
  [[nodiscard]] std::uint64_t lane_number() const { return static_cast<std::uint64_t>(ranks_.rank()); }
  [[nodiscard]] bool has_lane() const { return lane_number() < lanes_; }
  /// The ranks of this rank's lane, one of every node; itself alone where it has none.
  [[nodiscard]] const Communicator& lane() const { return lane_; }

 private:
  Communicator ranks_;
  std::uint64_t lanes_;
  Communicator lane_;
};

/// Memory that the ranks of a node see alike, for as long as this lives.
class NodeMemory {
 public:
  explicit NodeMemory(const Communicator& ranks);
  NodeMemory(const NodeMemory&) = delete;
  NodeMemory& operator=(const NodeMemory&) = delete;
  ~NodeMemory();

  /// Collective over the node. Room for `count` numbers, zero, on cache lines. Throws RuntimeError on all ranks of the
  /// node where there is none.
  template <typename T>
  [[nodiscard]] std::span<T> allocate(std::size_t count) {
    return {reinterpret_cast<T*>(allocate_bytes(count * sizeof(T))), count};
  }
  /// The same for a vector of `count` numbers.
  template <typename T>
  [[nodiscard]] kernels::CacheLineAllocator<T> allocator(std::size_t count) {
    return kernels::CacheLineAllocator<T>(allocate<T>(count).data());
  }

 private:
  class Segment;
  std::byte* allocate_bytes(std::size_t bytes);

  Communicator ranks_;
  std::vector<std::unique_ptr<Segment>> segments_;     // of a node of several ranks
  std::deque<kernels::AlignedVector<std::byte>> own_;  // of one rank alone
};

/// A barrier of a node's ranks in two halves: between arrive() and wait() a rank can do what concerns nobody else.
class NodeBarrier {
 public:
  /// Collective over the node.
  NodeBarrier(const Communicator& ranks, NodeMemory& memory);

  void arrive();
  /// Whether every rank has arrived as often as this one. What they wrote before is then visible.
  [[nodiscard]] bool is_complete() const {
    return static_cast<std::int32_t>(arrivals_->load(std::memory_order_acquire) - awaited_) >= 0;
  }
  /// Until it is.
  void wait() const;

 private:
  const Communicator& ranks_;
  std::atomic<std::uint32_t>* arrivals_;
  std::uint32_t awaited_ = 0;
};

}  // namespace ampcf::communication
