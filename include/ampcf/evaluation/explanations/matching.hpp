#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace ampcf::evaluation {

/// Items that two models' personas of one user claim: count (rows, columns) of those that persona k of the one and
/// persona l of the other claim.
struct ClaimTable {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<std::uint64_t> count;

  ClaimTable(std::size_t one, std::size_t other) : rows(one), columns(other), count(one * other, 0) {}
  [[nodiscard]] std::uint64_t& at(std::size_t k, std::size_t l) { return count[k * columns + l]; }
  [[nodiscard]] std::uint64_t at(std::size_t k, std::size_t l) const { return count[k * columns + l]; }
};

inline constexpr std::size_t kNoPartner = std::numeric_limits<std::size_t>::max();

/// The partner of each row, a column or kNoPartner, no column twice, so that as many items as possible are claimed by
/// partners (Kuhn 1955, Munkres 1957). A function of the table alone where several are best.
[[nodiscard]] std::vector<std::size_t> best_partners(const ClaimTable& table);

/// The adjusted Rand index (Hubert and Arabie 1985) of the two partitions of the items: 1 where they are the same, 0 on
/// average where they have nothing to do with each other. NaN where neither parts anything or each item is a part.
[[nodiscard]] double adjusted_rand(const ClaimTable& table);

}  // namespace ampcf::evaluation
