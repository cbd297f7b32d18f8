#include "ampcf/evaluation/user_sample.hpp"

#include "ampcf/random/philox.hpp"

#include <algorithm>
#include <numeric>

namespace ampcf::evaluation {

std::vector<UserIndex> sample_users(std::uint64_t users, std::uint64_t count, std::uint64_t seed) {
  std::vector<UserIndex> all(users);
  std::iota(all.begin(), all.end(), UserIndex{0});
  if (count >= users) {
    return all;
  }
  // Those with the smallest words of 64 bits; equal words, which are as good as never, by user.
  std::vector<std::uint64_t> word(users);
  std::transform(all.begin(), all.end(), word.begin(), [&](UserIndex user) {
    const auto bits = random::bits(seed, random::Stream::user_sample, user);
    return std::uint64_t{bits[0]} << 32U | bits[1];
  });
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(count);
  std::nth_element(all.begin(), end, all.end(),
                   [&](UserIndex a, UserIndex b) { return word[a] != word[b] ? word[a] < word[b] : a < b; });
  all.erase(end, all.end());
  std::sort(all.begin(), all.end());
  return all;
}

std::span<const UserIndex> part_in(std::span<const UserIndex> users, UserRange range) {
  const auto first = std::lower_bound(users.begin(), users.end(), range.first);
  return {first, std::lower_bound(first, users.end(), range.last)};
}

}  // namespace ampcf::evaluation
