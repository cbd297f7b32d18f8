#include "ampcf/evaluation/model_scores.hpp"

#include "ampcf/config/ini.hpp"
#include "ampcf/core/error.hpp"

#include <algorithm>

namespace ampcf::evaluation {

void require_measurable(const checkpoint::ModelFile& model, const char* option, const dataset::Dataset& data,
                        dataset::HeldOutPart part) {
  const auto& path = model.file().path();
  if (model.dataset_fingerprint() != data.fingerprint()) {
    throw UsageError("--{} {} was trained on a dataset with fingerprint {}, but --data {} has {}", option,
                     path.string(), model.dataset_fingerprint(), data.path().string(), data.fingerprint());
  }
  if (model.user_count() != data.user_count() || model.item_count() != data.item_count()) {
    throw RuntimeError("{}: a model of {} users and {} items, but {} has {} and {} (damaged checkpoint)", path.string(),
                       model.user_count(), model.item_count(), data.path().string(), data.user_count(),
                       data.item_count());
  }
  if (part == dataset::HeldOutPart::validation &&
      config::ini_values(model.config(), path.string())["refit"] == "true") {
    throw UsageError("{} was fitted with the validation items (--refit): evaluate it on the test, or evaluate {}",
                     path.string(), (path.parent_path() / "search/best.h5").string());
  }
}

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
