#include "dataset/raw/interner.hpp"

#include "ampcf/core/error.hpp"

#include <xxhash.h>

namespace ampcf::dataset {

namespace {

constexpr std::size_t kFirstSlots = 1024;

std::uint32_t hash_of(std::string_view text) {
  return static_cast<std::uint32_t>(XXH3_64bits(text.data(), text.size()) >> 32U);
}

}  // namespace

Interner::Interner() : slots_(kFirstSlots) {}

std::size_t Interner::slot_of(std::string_view text, std::uint32_t hash) const {
  const auto mask = slots_.size() - 1;
  for (auto slot = hash & mask;; slot = (slot + 1) & mask) {
    const auto& entry = slots_[slot];
    if (entry.number == kNone || (entry.hash == hash && (*this)[entry.number] == text)) {
      return slot;
    }
  }
}

std::uint32_t Interner::find(std::string_view text) const { return slots_[slot_of(text, hash_of(text))].number; }

std::uint32_t Interner::intern(std::string_view text) {
  const auto hash = hash_of(text);
  const auto slot = slot_of(text, hash);
  if (slots_[slot].number != kNone) {
    return slots_[slot].number;
  }
  const auto number = size();
  if (number == kMost) {
    throw DataError("found more than {} different users or items, expected at most that many", kMost);
  }
  slots_[slot] = {hash, number};
  bytes_.append(text);
  ends_.push_back(bytes_.size());
  if (2 * ends_.size() > slots_.size()) {
    grow();
  }
  return number;
}

void Interner::grow() {
  std::vector<Slot> old(2 * slots_.size());
  old.swap(slots_);
  const auto mask = slots_.size() - 1;
  for (const auto& entry : old) {
    if (entry.number != kNone) {
      auto slot = entry.hash & mask;
      while (slots_[slot].number != kNone) {
        slot = (slot + 1) & mask;
      }
      slots_[slot] = entry;
    }
  }
}

}  // namespace ampcf::dataset
