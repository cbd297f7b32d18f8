#include "ampcf/communication/node.hpp"

#include "ampcf/communication/stall_watch.hpp"
#include "communication/native.hpp"

#include <sched.h>

#include <exception>
#include <memory>

namespace ampcf::communication {

struct NodeMemory::Window {
  MPI_Win handle = MPI_WIN_NULL;             // of a node of several ranks
  kernels::AlignedVector<std::byte> memory;  // of one rank alone
};

Node::Node(const Communicator& world, std::uint64_t most)
    : ranks_(most == 1 ? Communicator::alone() : world.of_host()), lanes_(0), lane_(Communicator::alone()) {
  if (most > 1) {
    ranks_ = ranks_.split(static_cast<std::uint64_t>(ranks_.rank()) / most);
  }
  const auto smallest = -world.max(-static_cast<std::int64_t>(ranks_.size()));
  lanes_ = static_cast<std::uint64_t>(smallest);
  auto lane = world.split(std::min(lane_number(), lanes_));
  if (has_lane()) {
    lane_ = std::move(lane);
  }
}

NodeMemory::NodeMemory(const Communicator& ranks) : ranks_(ranks) {}

NodeMemory::~NodeMemory() {
  int is_finalized = 0;
  MPI_Finalized(&is_finalized);
  for (auto window = windows_.rbegin(); window != windows_.rend(); ++window) {
    // Freeing waits for the other ranks, which an error may keep from coming here.
    if (window->handle != MPI_WIN_NULL && is_finalized == 0 && std::uncaught_exceptions() == 0) {
      MPI_Win_free(&window->handle);
    }
  }
}

std::byte* NodeMemory::allocate_bytes(std::size_t bytes) {
  constexpr std::size_t kLine = 64;
  windows_.emplace_back();
  auto& window = windows_.back();
  if (ranks_.size() == 1) {
    window.memory.resize(bytes);
    return window.memory.data();
  }
  void* memory = nullptr;
  const MPI_Aint size = ranks_.rank() == 0 ? static_cast<MPI_Aint>(bytes + kLine) : 0;
  const int status = MPI_Win_allocate_shared(size, 1, MPI_INFO_NULL, ranks_.native()->handle, &memory, &window.handle);
  if (ranks_.max(static_cast<std::int32_t>(status != MPI_SUCCESS)) != 0) {
    window.handle = MPI_WIN_NULL;
    throw RuntimeError(
        "the ranks of a node cannot share {} MB of memory: give /dev/shm more room, or use --sharing-ranks 1",
        bytes / 1000000 + 1);
  }
  MPI_Aint whole = 0;
  int unit = 0;
  MPI_Win_shared_query(window.handle, 0, &whole, &unit, &memory);
  auto room = static_cast<std::size_t>(whole);
  std::align(kLine, bytes, memory, room);
  if (ranks_.rank() == 0) {
    std::fill_n(static_cast<std::byte*>(memory), bytes, std::byte{});
  }
  ranks_.barrier();
  return static_cast<std::byte*>(memory);
}

NodeBarrier::NodeBarrier(const Communicator& ranks, NodeMemory& memory)
    : ranks_(ranks), arrivals_(memory.allocate<std::atomic<std::uint32_t>>(1).data()) {
  static_assert(std::atomic<std::uint32_t>::is_always_lock_free, "atomics must work between processes");
}

void NodeBarrier::arrive() {
  awaited_ += static_cast<std::uint32_t>(ranks_.size());
  arrivals_->fetch_add(1, std::memory_order_acq_rel);
}

void NodeBarrier::wait() const {
  if (is_complete()) {
    return;
  }
  const Waiting waiting(ranks_.watch(), "the barrier of this node's ranks");
  constexpr int kSpins = 2000;  // some microseconds: then others may need the core
  for (int spins = 0; !is_complete(); ++spins) {
    if (spins < kSpins) {
      __builtin_ia32_pause();
    } else {
      sched_yield();
    }
  }
}

}  // namespace ampcf::communication
