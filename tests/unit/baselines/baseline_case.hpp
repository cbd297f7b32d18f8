#pragma once

#include "ampcf/baselines/baselines.hpp"
#include "ampcf/evaluation/cases.hpp"
#include "ampcf/evaluation/taste/space.hpp"
#include "support/temporary_directory.hpp"
#include "unit/evaluation/evaluation_data.hpp"

#include <optional>
#include <string>
#include <vector>

namespace ampcf::testing {

/// A dataset and what baselines need of it, for the users of this rank of `communicator`. Users and items are numbered
/// as in `data`.
class BaselineCase {
 public:
  BaselineCase(const std::filesystem::path& path, const communication::Communicator& communicator)
      : communicator_(communicator),
        data_(path),
        own_(
            evaluation::divide(data_.user_count(), communicator.size())[static_cast<std::size_t>(communicator.rank())]),
        consumed_(data_, dataset::HeldOutPart::test, own_),
        taste_(evaluation::build_taste_space(data_.interactions({0, data_.user_count()}), data_.item_count(),
                                             {8, 6, 3, 1})) {}

  [[nodiscard]] const dataset::Dataset& data() const { return data_; }
  [[nodiscard]] const evaluation::TasteSpace& taste() const { return taste_; }
  [[nodiscard]] evaluation::BaselineInput input(std::uint64_t seed = 1) {
    return {data_, dataset::HeldOutPart::test, consumed_, communicator_, &taste_, seed};
  }

  /// Collective. Scores (own users, n_items) of a source, asked for `at_once` users at a time.
  [[nodiscard]] std::vector<float> scores_of(evaluation::ScoreSource& source, std::uint64_t at_once = 5) const {
    std::vector<float> all;
    std::vector<float> block(at_once * source.stride());
    for (auto first = own_.first; first < own_.last; first += at_once) {
      const UserRange users{first, std::min(first + at_once, own_.last)};
      source.score(users, block);
      for (std::uint64_t user = 0; user < users.count(); ++user) {
        const auto row = block.begin() + static_cast<std::ptrdiff_t>(user * source.stride());
        all.insert(all.end(), row, row + static_cast<std::ptrdiff_t>(data_.item_count()));
      }
    }
    return all;
  }

 private:
  const communication::Communicator& communicator_;
  dataset::Dataset data_;
  UserRange own_;
  evaluation::ConsumedItems consumed_;
  evaluation::TasteSpace taste_;
};

}  // namespace ampcf::testing
