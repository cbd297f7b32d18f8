#pragma once

#include "ampcf/dataset/dataset.hpp"

#include <string>
#include <vector>

namespace ampcf::recommendation {

/// What people call the items of a dataset.
class Catalogue {
 public:
  explicit Catalogue(const dataset::Dataset& data);

  [[nodiscard]] std::uint64_t item_count() const { return ids_.size(); }
  [[nodiscard]] const std::vector<std::string>& ids() const { return ids_; }
  [[nodiscard]] const std::string& id(ItemIndex item) const { return ids_[item]; }
  /// Empty where the dataset has no titles.
  [[nodiscard]] std::string title(ItemIndex item) const { return titles_.empty() ? std::string() : titles_[item]; }
  /// The title, or the raw id where there is none.
  [[nodiscard]] const std::string& label(ItemIndex item) const {
    return titles_.empty() || titles_[item].empty() ? ids_[item] : titles_[item];
  }
  /// `A|B` of every item; empty where the dataset has no tags.
  [[nodiscard]] const std::vector<std::string>& tags() const { return tags_; }

 private:
  std::vector<std::string> ids_;
  std::vector<std::string> titles_;
  std::vector<std::string> tags_;
};

/// The parts of `A|B` that are not empty.
[[nodiscard]] std::vector<std::string> parted_tags(const std::string& tags);

}  // namespace ampcf::recommendation
