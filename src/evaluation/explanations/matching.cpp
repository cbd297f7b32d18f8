#include "ampcf/evaluation/explanations/matching.hpp"

#include <algorithm>

namespace ampcf::evaluation {

namespace {

// Successive shortest paths in a square table of costs: each row in turn gets a column, moving earlier rows to other
// columns along the path that costs least by the reduced costs cost - row price - column price, which stay >= 0.
class Assignment {
 public:
  explicit Assignment(const ClaimTable& table) : table_(table), size_(std::max(table.rows, table.columns)) {
    row_price_.assign(size_, 0);
    column_price_.assign(size_, 0);
    row_of_.assign(size_, kNoPartner);
    for (std::size_t row = 0; row < size_; ++row) {
      place(row);
    }
  }

  [[nodiscard]] std::vector<std::size_t> partners() const {
    std::vector<std::size_t> partners(table_.rows, kNoPartner);
    for (std::size_t column = 0; column < table_.columns; ++column) {
      if (row_of_[column] < table_.rows) {
        partners[row_of_[column]] = column;
      }
    }
    return partners;
  }

 private:
  using Cost = std::int64_t;

  // Rows and columns that fill up the square cost nothing.
  [[nodiscard]] Cost reduced(std::size_t row, std::size_t column) const {
    const bool is_real = row < table_.rows && column < table_.columns;
    return (is_real ? -static_cast<Cost>(table_.at(row, column)) : 0) - row_price_[row] - column_price_[column];
  }

  void place(std::size_t first_row) {
    std::vector<Cost> distance(size_, std::numeric_limits<Cost>::max());
    std::vector<std::size_t> from(size_, first_row);  // the row by which a column is reached
    std::vector<bool> is_settled(size_, false);
    Cost least = 0;
    auto row = first_row;
    std::size_t nearest = 0;
    row_price_[row] = lowest_reduced(row);
    for (;;) {
      for (std::size_t column = 0; column < size_; ++column) {
        const auto length = least + reduced(row, column);
        if (!is_settled[column] && length < distance[column]) {
          distance[column] = length;
          from[column] = row;
        }
      }
      nearest = nearest_open(distance, is_settled);
      least = distance[nearest];
      is_settled[nearest] = true;
      if (row_of_[nearest] == kNoPartner) {
        break;
      }
      row = row_of_[nearest];
    }
    move_prices(first_row, least, distance, is_settled);
    for (auto column = nearest; column != kNoPartner;) {
      const auto taker = from[column];
      const auto freed = taker == first_row ? kNoPartner : column_of(taker);
      row_of_[column] = taker;
      column = freed;
    }
  }

  [[nodiscard]] Cost lowest_reduced(std::size_t row) const {
    auto lowest = reduced(row, 0);
    for (std::size_t column = 1; column < size_; ++column) {
      lowest = std::min(lowest, reduced(row, column));
    }
    return lowest;
  }

  [[nodiscard]] std::size_t nearest_open(const std::vector<Cost>& distance, const std::vector<bool>& is_settled) const {
    auto nearest = size_;
    for (std::size_t column = 0; column < size_; ++column) {
      if (!is_settled[column] && (nearest == size_ || distance[column] < distance[nearest])) {
        nearest = column;
      }
    }
    return nearest;
  }

  [[nodiscard]] std::size_t column_of(std::size_t row) const {
    return static_cast<std::size_t>(std::find(row_of_.begin(), row_of_.end(), row) - row_of_.begin());
  }

  // Keeps reduced costs >= 0, and 0 where a row has its column.
  void move_prices(std::size_t first_row, Cost length, const std::vector<Cost>& distance,
                   const std::vector<bool>& is_settled) {
    row_price_[first_row] += length;
    for (std::size_t column = 0; column < size_; ++column) {
      if (is_settled[column]) {
        column_price_[column] -= length - distance[column];
        if (row_of_[column] != kNoPartner) {
          row_price_[row_of_[column]] += length - distance[column];
        }
      }
    }
  }

  const ClaimTable& table_;
  std::size_t size_;
  std::vector<Cost> row_price_;
  std::vector<Cost> column_price_;
  std::vector<std::size_t> row_of_;  // by column
};

double pairs_in(std::uint64_t count) { return static_cast<double>(count) * (static_cast<double>(count) - 1.0) / 2.0; }

}  // namespace

std::vector<std::size_t> best_partners(const ClaimTable& table) { return Assignment(table).partners(); }

double adjusted_rand(const ClaimTable& table) {
  std::vector<std::uint64_t> of_row(table.rows, 0);
  std::vector<std::uint64_t> of_column(table.columns, 0);
  std::uint64_t items = 0;
  double together = 0.0;  // pairs of items that are together in both
  for (std::size_t k = 0; k < table.rows; ++k) {
    for (std::size_t l = 0; l < table.columns; ++l) {
      const auto count = table.at(k, l);
      of_row[k] += count;
      of_column[l] += count;
      items += count;
      together += pairs_in(count);
    }
  }
  double in_one = 0.0;
  double in_other = 0.0;
  for (const auto count : of_row) {
    in_one += pairs_in(count);
  }
  for (const auto count : of_column) {
    in_other += pairs_in(count);
  }
  const double all = pairs_in(items);
  const double expected = all > 0.0 ? in_one * in_other / all : 0.0;
  const double most = (in_one + in_other) / 2.0;
  return most == expected ? std::numeric_limits<double>::quiet_NaN() : (together - expected) / (most - expected);
}

}  // namespace ampcf::evaluation
