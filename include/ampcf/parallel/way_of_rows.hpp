#pragma once

#include <cstdint>

namespace ampcf::parallel {

/// What a step's rows and sums of the form cost a rank, whichever way they go between the nodes of its lane.
struct WayOfRows {
  /// A second round costs a latency, in which networks bring some 16 KB: 1 Gbit/s at 100 microseconds as well as 100
  /// Gbit/s at 2.
  static constexpr std::uint64_t kSecondRound = 4096;

  // Numbers that a rank receives, times nodes over the other nodes.
  std::uint64_t direct;
  std::uint64_t by_owners;

  /// Of `rows` of all nodes, of `row_size` numbers, which make `totals` of `total_size`, and `form` numbers of the
  /// form.
  static constexpr WayOfRows of(std::uint64_t nodes, std::uint64_t rows, std::uint64_t row_size, std::uint64_t totals,
                                std::uint64_t total_size, std::uint64_t form) {
    return {rows * row_size + form * nodes, rows * row_size / nodes + totals * total_size + 2 * form};
  }

  [[nodiscard]] constexpr bool is_direct() const { return direct <= by_owners + kSecondRound; }
  [[nodiscard]] constexpr std::uint64_t rounds() const { return is_direct() ? 1 : 2; }
  [[nodiscard]] constexpr std::uint64_t numbers() const { return is_direct() ? direct : by_owners; }
};

}  // namespace ampcf::parallel
