#pragma once

#include "dataset/raw/interner.hpp"

#include <limits>

namespace ampcf::dataset {

/// One line of a raw file, in 16 bytes; users and items by their number in the interners.
struct RawRow {
  std::uint32_t user = 0;
  std::uint32_t item : 31 = 0;
  std::uint32_t is_positive : 1 = 1;  // its rating lies in the range asked for
  std::int64_t time = 0;              // 0 for all where the file has no timestamps
};

/// A test item that the raw data prescribe, with its candidates.
struct GivenTest {
  std::uint32_t user = 0;
  std::uint32_t item = 0;
  std::vector<std::uint32_t> candidates;
};

/// Ratings that make an interaction, both ends included.
struct RatingRange {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();

  [[nodiscard]] bool contains(double rating) const { return low <= rating && rating <= high; }
  [[nodiscard]] bool is_open() const { return low == RatingRange().low && high == RatingRange().high; }
};

/// Everything that was read, in the order of the files.
struct RawInteractions {
  Interner users;
  Interner items;
  std::vector<RawRow> rows;
  bool has_given_tests = false;
  std::vector<GivenTest> given_tests;  // at most one of a user

  /// The number of this user; the next line's user is mostly the same one.
  [[nodiscard]] std::uint32_t user_number(std::string_view id) {
    if (users.size() == 0 || users[last_user_] != id) {
      last_user_ = users.intern(id);
    }
    return last_user_;
  }

 private:
  std::uint32_t last_user_ = 0;
};

}  // namespace ampcf::dataset
