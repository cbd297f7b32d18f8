#include "ampcf/evaluation/model_scores.hpp"

namespace ampcf::evaluation {

ModelScores::ModelScores(const checkpoint::ModelFile& file, UserRange users)
    : ScoreSource(file.item_count()), personas_(file.personas(users)), scorer_(file.shared()) {}

void ModelScores::score(UserRange users, std::span<float> scores) {
  scorer_.score(personas_.of(users.first - personas_.users.first), users.count(), scores.data());
}

}  // namespace ampcf::evaluation
