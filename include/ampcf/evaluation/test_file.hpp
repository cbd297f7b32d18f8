#pragma once

#include "ampcf/evaluation/cases.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace ampcf::evaluation {

/// The cases of all users that a test file prescribes, and what it names that the dataset does not know.
struct TestFile {
  Cases cases;                          // all users; kNoItem for those not in the file
  std::uint64_t user_count = 0;         // lines
  std::uint64_t unknown_items = 0;      // distinct ids
  std::uint64_t unknown_positives = 0;  // users whose positive is unknown
};

/// Reads lines of `user<TAB>positive<TAB>negative<TAB>...` in raw ids. A negative that repeats the positive is dropped,
/// a repeated one counts once. Throws DataError beginning `FILE:LINE: ` at a line of another form, an unknown user, or
/// a user that had a line before.
[[nodiscard]] TestFile read_test_file(const std::filesystem::path& path, const std::vector<std::string>& user_ids,
                                      const std::vector<std::string>& item_ids);

}  // namespace ampcf::evaluation
