#pragma once

#include "ampcf/core/types.hpp"
#include "ampcf/storage/file.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ampcf::dataset {

inline constexpr const char* kFormat = "ampcf-dataset";
inline constexpr int kFormatVersion = 1;

enum class HeldOutPart { validation, test };

/// What a range of users consumed in the training part, as CSR: items of local user u are
/// item[indptr[u]] .. item[indptr[u + 1] - 1], ascending.
struct Interactions {
  UserRange users;
  Position first_position = 0;        // of item[0] in the whole /train/item
  std::vector<std::uint64_t> indptr;  // (users.count() + 1), begins with 0
  std::vector<ItemIndex> item;        // (indptr.back())

  [[nodiscard]] std::span<const ItemIndex> of(std::uint64_t local_user) const {
    return std::span(item).subspan(indptr[local_user], indptr[local_user + 1] - indptr[local_user]);
  }
};

/// The held-out item and the candidates of the sampled protocol for a range of users.
struct HeldOut {
  UserRange users;
  std::vector<std::int64_t> item;  // (users.count()), kNoItem where there is none
  std::uint64_t candidates_per_user = 0;
  std::vector<ItemIndex> candidates;  // (users.count(), candidates_per_user), kNoCandidate where a user has fewer

  [[nodiscard]] std::span<const ItemIndex> candidates_of(std::uint64_t local_user) const {
    return std::span(candidates).subspan(local_user * candidates_per_user, candidates_per_user);
  }
};

/// A dataset file open for reading (its format: src/dataset/FORMAT.md). Opening checks format, version, the shapes of
/// all objects and the offsets; reading a range checks its items. Faults are DataErrors (exit 3).
class Dataset {
 public:
  explicit Dataset(const std::filesystem::path& path);

  [[nodiscard]] std::uint64_t user_count() const { return indptr_.size() - 1; }
  [[nodiscard]] std::uint64_t item_count() const { return item_count_; }
  [[nodiscard]] std::uint64_t interaction_count() const { return indptr_.back(); }
  [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }
  [[nodiscard]] const std::filesystem::path& path() const { return file_.path(); }

  /// Offsets of all users, (user_count() + 1).
  [[nodiscard]] const std::vector<std::uint64_t>& indptr() const { return indptr_; }

  /// Puts each user's validation item back among his training items, for this object and not in the file: offsets and
  /// interactions hold it from now on, and nobody has a validation item.
  void add_back_validation();

  [[nodiscard]] Interactions interactions(UserRange users) const;
  [[nodiscard]] HeldOut held_out(HeldOutPart part, UserRange users) const;
  /// Columns of the part's candidates, and whether any user has an item in it.
  [[nodiscard]] std::uint64_t candidates_per_user(HeldOutPart part) const;
  [[nodiscard]] bool has_held_out(HeldOutPart part) const;

  /// Raw ids of all users, of all items; each stands once.
  [[nodiscard]] std::vector<std::string> user_ids() const;
  [[nodiscard]] std::vector<std::string> item_ids() const;
  /// Titles and tags (`A|B`) of all items; empty where the dataset has none.
  [[nodiscard]] std::vector<std::string> item_titles() const;
  [[nodiscard]] std::vector<std::string> item_tags() const;

  /// The file itself, for /truth.
  [[nodiscard]] const storage::File& file() const { return file_; }

 private:
  [[nodiscard]] std::vector<std::string> distinct_ids(const std::string& dataset, std::uint64_t count) const;
  [[nodiscard]] std::vector<std::string> item_texts(const std::string& dataset) const;
  [[nodiscard]] std::vector<std::int64_t> held_out_items(HeldOutPart part, UserRange users) const;
  [[nodiscard]] Interactions stored_interactions(UserRange users) const;
  [[nodiscard]] Interactions with_added(const Interactions& stored) const;

  storage::File file_;
  std::uint64_t item_count_ = 0;
  std::string fingerprint_;
  std::vector<std::uint64_t> indptr_;
  std::vector<std::uint64_t> stored_indptr_;  // what the file says; empty where nothing was added
  std::vector<std::int64_t> added_;           // (n_users) validation items added to the training part; or empty
};

}  // namespace ampcf::dataset
