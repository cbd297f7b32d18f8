#include "ampcf/evaluation/case_fingerprints.hpp"

#include <fmt/format.h>
#include <xxhash.h>

namespace ampcf::evaluation {

namespace {

std::string hash_of(std::span<const std::uint64_t> values) {
  const auto hash = XXH3_128bits(values.data(), values.size_bytes());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace

CaseFingerprints fingerprints_of(const communication::Communicator& communicator, const Cases& own) {
  std::vector<std::uint64_t> positives;
  std::vector<std::uint64_t> candidates;
  for (std::uint64_t user = 0; user < own.users.count(); ++user) {
    const auto list = own.candidates_of(user);
    positives.push_back(static_cast<std::uint64_t>(own.positive[user]));
    candidates.push_back(XXH3_64bits_withSeed(list.data(), list.size_bytes(), own.unknown_candidates[user]));
  }
  return {hash_of(communicator.all_gather(std::span<const std::uint64_t>(positives))),
          hash_of(communicator.all_gather(std::span<const std::uint64_t>(candidates)))};
}

}  // namespace ampcf::evaluation
