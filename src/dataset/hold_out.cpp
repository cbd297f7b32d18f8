#include "dataset/hold_out.hpp"

namespace ampcf::dataset {

std::vector<std::int64_t> hold_out(const Sequences& sequences, const std::vector<std::int64_t>& already_out,
                                   HoldOutRule rule, std::uint64_t seed, random::Stream stream) {
  std::vector<std::int64_t> held(sequences.user_count(), kNoItem);
  if (rule == HoldOutRule::none) {
    return held;
  }
  std::vector<ItemIndex> remaining;
  for (UserIndex user = 0; user < held.size(); ++user) {
    remaining.clear();
    for (const auto item : sequences.of(user)) {
      if (item != already_out[user]) {
        remaining.push_back(item);
      }
    }
    if (remaining.size() < 2) {
      continue;
    }
    const auto size = static_cast<std::uint32_t>(remaining.size());
    const auto place = rule == HoldOutRule::last ? size - 1 : random::below(random::bits(seed, stream, user)[0], size);
    held[user] = remaining[place];
  }
  return held;
}

}  // namespace ampcf::dataset
