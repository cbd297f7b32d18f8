#pragma once

#include "ampcf/communication/communicator.hpp"
#include "ampcf/evaluation/placement.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ampcf::evaluation {

/// Somebody's recommendations for a range of users, each list best first, equal scores by item index.
struct Recommendations {
  UserRange users;
  std::vector<std::uint64_t> indptr{0};  // (n + 1)
  std::vector<ItemIndex> item;           // (indptr.back())
  std::vector<double> score;             // (indptr.back())

  [[nodiscard]] ScoredList of(std::uint64_t local_user) const {
    const auto length = indptr[local_user + 1] - indptr[local_user];
    return {std::span(item).subspan(indptr[local_user], length), std::span(score).subspan(indptr[local_user], length)};
  }
};

/// A whole file of them.
struct RecommendationFile {
  Recommendations lists;            // of all users
  std::uint64_t unknown_items = 0;  // distinct ids that the dataset does not know; their lines are dropped
};

/// Reads CSV lines `user,item,score` in raw ids, after a header of just these words or none; fields may be quoted.
/// Throws DataError beginning `FILE:LINE: ` at a line of another form, a score that is no finite number, an unknown
/// user or a pair that had a line before.
[[nodiscard]] RecommendationFile read_recommendations(const std::filesystem::path& path,
                                                      const std::vector<std::string>& user_ids,
                                                      const std::vector<std::string>& item_ids);

/// Collective. Deals the lists of all users, held by rank 0, to the ranks; ranges[p] is what rank p gets.
[[nodiscard]] Recommendations deal(const communication::Communicator& communicator, const Recommendations& all,
                                   const std::vector<UserRange>& ranges);

}  // namespace ampcf::evaluation
