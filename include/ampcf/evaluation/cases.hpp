#pragma once

#include "ampcf/communication/communicator.hpp"
#include "ampcf/dataset/dataset.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace ampcf::evaluation {

/// A positive of a test file that the dataset does not know: it ranks below every known item and is always a miss.
inline constexpr std::int64_t kUnknownItem = -2;

/// What a range of users is asked: the positive to rank and the candidates to rank it among.
struct Cases {
  UserRange users;
  std::vector<std::int64_t> positive;             // (n), kNoItem: not averaged; kUnknownItem: a miss
  std::vector<std::uint64_t> indptr{0};           // (n + 1)
  std::vector<ItemIndex> candidate;               // (indptr.back()), ascending, distinct, never the positive
  std::vector<std::uint64_t> unknown_candidates;  // (n), distinct ones that the dataset does not know

  [[nodiscard]] std::span<const ItemIndex> candidates_of(std::uint64_t local_user) const {
    return std::span(candidate).subspan(indptr[local_user], indptr[local_user + 1] - indptr[local_user]);
  }

  /// Appends the next user. Candidates may come in any order, repeated, and with the positive among them.
  void append(std::int64_t positive_item, std::vector<ItemIndex> candidates, std::uint64_t unknown = 0);
};

/// The dataset's own held-out items and stored candidates. Throws DataError.
[[nodiscard]] Cases cases_of(const dataset::Dataset& data, dataset::HeldOutPart part, UserRange users);

/// Collective. Deals the cases of all users, held by rank 0, to the ranks; ranges[p] is what rank p gets.
[[nodiscard]] Cases deal(const communication::Communicator& communicator, const Cases& all,
                         const std::vector<UserRange>& ranges);

/// Cuts `users` into contiguous ranges, one for each rank, that differ by one user at most.
[[nodiscard]] std::vector<UserRange> divide(std::uint64_t users, int ranks);

/// Collective. The offsets of this rank's part of a CSR array, beginning with 0; rank 0 holds all, (n_users + 1).
[[nodiscard]] std::vector<std::uint64_t> deal_offsets(const communication::Communicator& communicator,
                                                      const std::vector<std::uint64_t>& all,
                                                      const std::vector<UserRange>& ranges);

/// How many values each range has, where indptr (n_users + 1) holds the offsets of all users' values.
[[nodiscard]] std::vector<std::uint64_t> values_in(const std::vector<UserRange>& ranges,
                                                   std::span<const std::uint64_t> indptr);

/// What a user has consumed and must not be ranked against.
class ConsumedItems {
 public:
  /// The training items; when the test item is ranked, the validation item too. Where the validation item is ranked the
  /// test item stays in the catalogue: nobody who selects a model may know which one it is. Throws DataError.
  ConsumedItems(const dataset::Dataset& data, dataset::HeldOutPart part, UserRange users);

  [[nodiscard]] const dataset::Interactions& train() const { return train_; }

  /// Ascending and distinct; valid until the next call.
  [[nodiscard]] std::span<const ItemIndex> of(std::uint64_t local_user);

 private:
  dataset::Interactions train_;
  std::vector<std::int64_t> validation_item_;  // (n); empty where it is not left out
  std::vector<ItemIndex> scratch_;
};

}  // namespace ampcf::evaluation
