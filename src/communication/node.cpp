#include "ampcf/communication/node.hpp"

#include "ampcf/communication/stall_watch.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <random>
#include <system_error>

namespace ampcf::communication {

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kHugePage = kernels::CacheLineAllocator<std::byte>::kHugePage;

constexpr std::size_t kLarge = 4 * kHugePage;  // whole huge pages are taken, of the last one a part in vain
constexpr int kCollapse = 25;  // MADV_COLLAPSE of Linux 6.1, which older headers lack, and older systems refuse

constexpr std::size_t rounded_up(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

[[noreturn]] void throw_reason(int fault) { throw std::system_error(fault, std::generic_category()); }

// A name in /dev/shm that no other job on this host has.
std::string new_name() {
  std::random_device device;
  return fmt::format("/ampcf-{:08x}{:08x}", device(), device());
}

}  // namespace

// A file in /dev/shm, mapped. (MPI_Win_allocate_shared would do, but for where it maps: not on huge pages.)
class NodeMemory::Segment {
 public:
  Segment(const std::string& name, int flags, std::size_t bytes)
      : is_large_(bytes >= kLarge),
        size_(rounded_up(bytes, is_large_ ? kHugePage : kPage)),
        file_(shm_open(name.c_str(), flags | O_RDWR, 0600)) {
    if (file_ < 0) {
      throw_reason(errno);
    }
  }
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;
  ~Segment() {
    if (range_ != MAP_FAILED) {
      munmap(range_, range_size());
    }
    close(file_);
  }

  // All pages at once, zero: what has no room is refused here, and not by a signal when it is written.
  void reserve() const {
    int fault = EINTR;
    while (fault == EINTR) {
      fault = posix_fallocate(file_, 0, static_cast<off_t>(size_));
    }
    if (fault != 0) {
      throw_reason(fault);
    }
  }

  // Large ones lie on huge pages, if the host has them: shared memory is given them where it is mounted with
  // huge=always, or, since Linux 6.1, where they are made of the small ones that are there.
  std::byte* map() {
    range_ = mmap(nullptr, range_size(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (range_ == MAP_FAILED) {
      throw_reason(errno);
    }
    void* memory = range_;
    auto room = range_size();
    std::align(is_large_ ? kHugePage : kPage, size_, memory, room);
    if (mmap(memory, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file_, 0) == MAP_FAILED) {
      throw_reason(errno);
    }
    if (is_large_) {
      madvise(memory, size_, kCollapse);
    }
    return static_cast<std::byte*>(memory);
  }

 private:
  [[nodiscard]] std::size_t range_size() const { return size_ + (is_large_ ? kHugePage : 0); }

  bool is_large_;
  std::size_t size_;
  int file_;
  void* range_ = MAP_FAILED;
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

NodeMemory::~NodeMemory() = default;

std::byte* NodeMemory::allocate_bytes(std::size_t bytes) {
  if (bytes == 0) {
    return nullptr;
  }
  if (ranks_.size() == 1) {
    return own_.emplace_back(bytes).data();
  }
  const bool is_first = ranks_.rank() == 0;
  std::string name;
  const auto agree = [&](auto&& work) {
    try {
      ranks_.agree(work);
    } catch (const AgreedError& error) {
      if (is_first) {
        shm_unlink(name.c_str());
      }
      throw RuntimeError(
          "the ranks of a node cannot share {} MB of memory ({}): give /dev/shm more room, or use --sharing-ranks 1",
          bytes / 1000000 + 1, error.what());
    }
  };
  std::unique_ptr<Segment> segment;
  std::byte* memory = nullptr;
  agree([&] {
    if (is_first) {
      name = new_name();
      segment = std::make_unique<Segment>(name, O_CREAT | O_EXCL, bytes);
    }
    segments_.reserve(segments_.size() + 1);
  });
  ranks_.broadcast(name, 0);
  agree([&] {
    if (!is_first) {
      segment = std::make_unique<Segment>(name, 0, bytes);
    }
  });
  // The name goes before there is anything behind it: whenever ranks are killed, their memory goes with them.
  if (is_first) {
    shm_unlink(name.c_str());
  }
  agree([&] {
    if (is_first) {
      segment->reserve();
    }
  });
  agree([&] { memory = segment->map(); });
  segments_.push_back(std::move(segment));
  return memory;
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
