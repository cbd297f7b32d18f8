#include "dataset/fingerprint.hpp"

#include <fmt/format.h>
#include <xxhash.h>

namespace ampcf::dataset {

Fingerprint::~Fingerprint() {
  for (auto& [object, state] : states_) {
    XXH3_freeState(state);
  }
}

void Fingerprint::update_bytes(const std::string& object, const void* data, std::size_t size) {
  auto& state = states_[object];
  if (state == nullptr) {
    state = XXH3_createState();
    XXH3_64bits_reset(state);
  }
  XXH3_64bits_update(state, data, size);
}

void Fingerprint::update(const std::string& object, const std::vector<std::string>& values) {
  for (const auto& value : values) {
    update_bytes(object, value.c_str(), value.size() + 1);  // the closing zero keeps "ab","c" from being "a","bc"
  }
}

std::string Fingerprint::text() const {
  std::string names_and_hashes;
  for (const auto& [object, state] : states_) {
    names_and_hashes += fmt::format("{}={:016x};", object, XXH3_64bits_digest(state));
  }
  const auto hash = XXH3_128bits(names_and_hashes.data(), names_and_hashes.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace ampcf::dataset
