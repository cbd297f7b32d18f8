#pragma once

#include "dataset/raw/interner.hpp"
#include "dataset/raw/text_reader.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ampcf::evaluation {

/// From raw ids to indices.
class IdIndex {
 public:
  explicit IdIndex(const std::vector<std::string>& ids) {
    for (const auto& id : ids) {
      texts_.intern(id);
    }
  }

  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view id) const {
    const auto number = texts_.find(id);
    return number == dataset::Interner::kNone ? std::nullopt : std::optional(number);
  }

 private:
  dataset::Interner texts_;
};

/// The user of this id. Throws DataError at the reader's present line.
[[nodiscard]] inline std::uint32_t known_user(const IdIndex& users, std::string_view id,
                                              const dataset::TextReader& reader) {
  const auto user = users.find(id);
  if (!user) {
    reader.fail(id, "a user of the dataset");
  }
  return *user;
}

}  // namespace ampcf::evaluation
