#pragma once

#include "ampcf/core/types.hpp"
#include "ampcf/kernels/vector.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace ampcf::evaluation {

/// Anything that gives every user of this rank a score for every item. A score may depend on the user and the item,
/// never on the other users of the block, so that results do not depend on how users are divided.
class ScoreSource {
 public:
  explicit ScoreSource(std::uint64_t item_count) : item_count_(item_count) {}
  ScoreSource(const ScoreSource&) = delete;
  ScoreSource& operator=(const ScoreSource&) = delete;
  virtual ~ScoreSource() = default;

  [[nodiscard]] std::uint64_t item_count() const { return item_count_; }
  /// Numbers from one user's scores to the next: whole vectors of 16.
  [[nodiscard]] std::size_t stride() const { return kernels::padded(item_count_); }

  /// Fills scores (users.count(), stride()); what lies beyond item_count() is unspecified. Higher is better.
  virtual void score(UserRange users, std::span<float> scores) = 0;

  /// The same for users in ascending order, not all of them neighbours: scores (users.size(), stride()).
  virtual void score_each(std::span<const UserIndex> users, std::span<float> scores) {
    for (std::size_t first = 0, end = 0; first < users.size(); first = end) {
      for (end = first + 1; end < users.size() && users[end] == users[end - 1] + 1;) {
        ++end;
      }
      score({users[first], users[end - 1] + 1}, scores.subspan(first * stride(), (end - first) * stride()));
    }
  }

 private:
  std::uint64_t item_count_;
};

}  // namespace ampcf::evaluation
