#pragma once

#include "ampcf/core/types.hpp"
#include "ampcf/model/scoring.hpp"

#include <cstdint>
#include <span>
#include <vector>

/// What the personas behind a model's recommendations are worth as explanations (src/evaluation/EXPLANATIONS.md).
namespace ampcf::evaluation {

/// The persona that is named as the reason of an item: the one with the highest attention on it, the first of several.
struct Named {
  std::size_t persona = 0;
  float attention = 0.0F;
};

/// Names personas of one user at a time. A user's persona claims the training items that it is named for.
class Naming {
 public:
  explicit Naming(const model::SharedParameters<float>& shared);

  /// `personas` (r, padded d) must stay where they are.
  void set_user(const float* personas) { scorer_.set_user(personas); }

  [[nodiscard]] Named of(ItemIndex item);
  [[nodiscard]] std::vector<Named> of(std::span<const ItemIndex> items);

  [[nodiscard]] std::size_t persona_count() const { return attention_.size(); }

 private:
  model::Scorer scorer_;
  std::vector<float> attention_;
};

/// How often each of `personas` is named, (personas).
[[nodiscard]] std::vector<std::uint64_t> counts_of(std::span<const Named> names, std::size_t personas);

/// e to the entropy of the shares of counts (Hill 1973): as many as there are where all are equal, 1 where one has
/// everything; NaN where nothing was counted.
[[nodiscard]] double effective_number_of(std::span<const std::uint64_t> counts);

}  // namespace ampcf::evaluation
