#pragma once

#include "ampcf/dataset/dataset.hpp"

#include <memory>

namespace ampcf::dataset {

/// A block of users on their way into a dataset file, with the CSR offsets of the block alone.
struct UserBlock {
  std::vector<std::string> id;                   // (n)
  std::vector<std::uint64_t> interaction_count;  // (n)
  std::vector<ItemIndex> item;                   // (sum of interaction_count), ascending inside a user
  std::vector<std::int64_t> validation_item;     // (n)
  std::vector<std::int64_t> test_item;           // (n)
  std::vector<ItemIndex> validation_candidates;  // (n, E)
  std::vector<ItemIndex> test_candidates;        // (n, E)
};

/// What belongs to the items; titles and tags are empty or (n_items).
struct ItemTable {
  std::vector<std::string> id;
  std::vector<std::string> title;
  std::vector<std::string> tags;
};

/// Writes a dataset file block by block, so that memory holds one block of users. The file appears under its name at
/// finish(), with the fingerprint of all its content; without finish() nothing is left behind.
class DatasetWriter {
 public:
  /// The sizes must be known: `interactions` is the length of /train/item, `candidates` is E.
  DatasetWriter(const std::filesystem::path& path, std::uint64_t users, std::uint64_t interactions,
                std::uint64_t candidates);
  DatasetWriter(const DatasetWriter&) = delete;
  DatasetWriter& operator=(const DatasetWriter&) = delete;
  ~DatasetWriter();

  void append(const UserBlock& block);

  /// Another dataset beside the standard ones (a user-wise or interaction-wise /truth), appended in rows.
  void append_truth(const std::string& dataset, const storage::Shape& whole_shape, std::span<const std::int64_t> rows);

  /// A root attribute that says where the content comes from; no part of the fingerprint.
  void set_note(const std::string& attribute, const std::string& text);

  /// Writes the items and the fingerprint, gives the file its name and returns the fingerprint.
  std::string finish(const ItemTable& items);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ampcf::dataset
