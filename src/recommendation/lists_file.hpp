#pragma once

#include "ampcf/core/types.hpp"
#include "ampcf/recommendation/catalogue.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace ampcf::recommendation {

/// The lists of some users, best first; where a list is shorter than `length` it ends in kNoCandidate.
struct ListBlock {
  std::size_t length = 0;
  std::vector<ItemIndex> item;        // (n, length)
  std::vector<float> score;           // (n, length), NaN behind the end
  std::vector<std::int32_t> persona;  // (n, length), from 0; -1 behind the end
  std::vector<float> attention;       // (n, length) of that persona, NaN behind the end

  [[nodiscard]] std::size_t user_count() const { return length == 0 ? 0 : item.size() / length; }
};

/// What a file of lists says of itself.
struct ListHeader {
  const std::vector<std::string>& user_ids;
  const Catalogue& catalogue;
  std::size_t length = 0;
  std::string dataset_fingerprint;
  std::string checkpoint;
};

/// A file of the lists of all users, written user by user; it appears at finish(). Throws RuntimeError.
class ListsFile {
 public:
  ListsFile() = default;
  ListsFile(const ListsFile&) = delete;
  ListsFile& operator=(const ListsFile&) = delete;
  virtual ~ListsFile() = default;

  virtual void append(const ListBlock& next_users) = 0;
  virtual void finish() = 0;
};

/// Whether a name asks for HDF5 (.h5, .hdf5); otherwise it asks for CSV. Throws UsageError for any but these and .csv.
[[nodiscard]] bool is_hdf5_name(const std::filesystem::path& path);

/// A writer of the form that the name asks for; `header` must outlive it.
[[nodiscard]] std::unique_ptr<ListsFile> create_lists(const std::filesystem::path& path, const ListHeader& header);

}  // namespace ampcf::recommendation
