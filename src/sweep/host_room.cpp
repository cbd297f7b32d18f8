#include "sweep/host_room.hpp"

#include <atomic>

namespace ampcf::sweep {

HostRoom::HostRoom(const communication::Communicator& world, std::uint64_t bytes)
    : memory_(world.of_host()), bytes_(bytes), taken_(memory_.allocate<std::uint64_t>(1).data()) {
  static_assert(std::atomic_ref<std::uint64_t>::is_always_lock_free, "atomics must work between processes");
}

bool HostRoom::take_here(std::uint64_t bytes) {
  const std::atomic_ref taken(*taken_);
  auto present = taken.load();
  while (bytes <= bytes_ - present) {
    if (taken.compare_exchange_weak(present, present + bytes)) {
      return true;
    }
  }
  return false;
}

void HostRoom::give_back(std::uint64_t bytes) { std::atomic_ref(*taken_).fetch_sub(bytes); }

// All or nothing: a group that held one host while it waits for another could wait for a group that does the reverse.
std::optional<HostRoom::Hold> HostRoom::take(const communication::Communicator& group, std::uint64_t bytes) {
  const auto wanted = bytes > bytes_ ? 0 : bytes;
  std::optional<Hold> hold;
  if (take_here(wanted)) {
    hold.emplace(*this, wanted);
  }
  if (group.max(static_cast<std::uint32_t>(!hold)) != 0) {
    hold.reset();
  }
  return hold;
}

}  // namespace ampcf::sweep
