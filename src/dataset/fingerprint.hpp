#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

struct XXH3_state_s;

namespace ampcf::dataset {

/// A hash of a dataset's whole content that does not depend on the sizes of the blocks in which it was written:
/// XXH3-64 of each object's bytes, then XXH3-128 of the names and hashes in order of names.
class Fingerprint {
 public:
  Fingerprint() = default;
  Fingerprint(const Fingerprint&) = delete;
  Fingerprint& operator=(const Fingerprint&) = delete;
  ~Fingerprint();

  template <typename T>
  void update(const std::string& object, std::span<const T> values) {
    update_bytes(object, values.data(), values.size_bytes());
  }
  void update(const std::string& object, const std::vector<std::string>& values);

  /// 32 hexadecimal digits.
  [[nodiscard]] std::string text() const;

 private:
  void update_bytes(const std::string& object, const void* data, std::size_t size);

  std::map<std::string, XXH3_state_s*> states_;
};

}  // namespace ampcf::dataset
