#include "ampcf/evaluation/model_scores.hpp"

#include <algorithm>

namespace ampcf::evaluation {

ModelScores::ModelScores(const checkpoint::ModelFile& file, UserRange users)
    : ScoreSource(file.item_count()), personas_(file.personas(users)), scorer_(file.shared()) {}

void ModelScores::score(UserRange users, std::span<float> scores) {
  scorer_.score(personas_.of(users.first - personas_.users.first), users.count(), scores.data());
}

// Together they pass through the catalogue once.
void ModelScores::score_each(std::span<const UserIndex> users, std::span<float> scores) {
  const auto stride = personas_.dimensions.user_stride();
  side_by_side_.resize(users.size() * stride);
  for (std::size_t i = 0; i < users.size(); ++i) {
    std::copy_n(personas_.of(users[i] - personas_.users.first), stride, side_by_side_.data() + i * stride);
  }
  scorer_.score(side_by_side_.data(), users.size(), scores.data());
}

}  // namespace ampcf::evaluation
