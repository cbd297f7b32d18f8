#pragma once

#include "ampcf/parallel/fixed_point.hpp"

#include <cstdint>

namespace ampcf::parallel {

/// How the totals of items' gradients travel: as they are, or rounded to 16 bits a number with one power of two for the
/// row, so that its largest number fills them. Rounding a total, which is the same whoever has added it up, keeps the
/// law that no bit depends on the number of ranks; rounding what is still to be added would not.
class TotalRows {
 public:
  /// `components`, the bias' one, occurrences and the item make a row, as ItemGradients packs it. Without exact sums
  /// totals are never rounded.
  TotalRows(std::size_t components, bool is_rounded) : numbers_(components + 1), is_rounded_(is_rounded && kIsExact) {}

  /// Numbers of a row under way. Of a rounded one: item, occurrences, then pairs of numbers; there is an odd number of
  /// them, and the power of two makes it even.
  [[nodiscard]] std::size_t size() const { return is_rounded_ ? 2 + (numbers_ + 1) / 2 : numbers_ + 2; }

  [[nodiscard]] bool is_rounded() const { return is_rounded_; }

  /// Leaves in a row what its readers will find.
  void round(Number* row) const {
    if (is_rounded_) {
      (void)round_to_shift(row);
    }
  }

  /// Rounds the row and writes size() numbers.
  void pack(Number* row, Number* into) const;
  void unpack(const Number* from, Number* row) const;

  /// The item of a packed row.
  [[nodiscard]] ItemIndex item(const Number* packed) const { return item_of(packed[is_rounded_ ? 0 : numbers_ + 1]); }

 private:
  int round_to_shift(Number* row) const;

  std::size_t numbers_;
  bool is_rounded_;
};

}  // namespace ampcf::parallel
