#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ampcf::dataset {

/// Numbers texts 0, 1, 2, ... in the order in which they first appear. Open addressing over one arena of bytes, because
/// a map of strings costs an allocation and a cache miss for every id of a large file.
class Interner {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFFU;
  static constexpr std::uint32_t kMost = 0x7FFFFFFFU;  // RawRow holds an item in 31 bits

  Interner();

  /// The number of this text, a new one where it is new. Throws DataError beyond kMost texts.
  std::uint32_t intern(std::string_view text);

  /// The number of this text, or kNone.
  [[nodiscard]] std::uint32_t find(std::string_view text) const;

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(ends_.size() - 1); }
  [[nodiscard]] std::string_view operator[](std::uint32_t number) const {
    return std::string_view(bytes_).substr(ends_[number], ends_[number + 1] - ends_[number]);
  }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t number = kNone;
  };

  [[nodiscard]] std::size_t slot_of(std::string_view text, std::uint32_t hash) const;
  void grow();

  std::string bytes_;
  std::vector<std::uint64_t> ends_{0};  // text n is bytes_[ends_[n], ends_[n + 1])
  std::vector<Slot> slots_;             // a power of two, at most half full
};

}  // namespace ampcf::dataset
