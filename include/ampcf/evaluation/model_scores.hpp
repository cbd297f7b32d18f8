#pragma once

#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/dataset/dataset.hpp"
#include "ampcf/evaluation/score_source.hpp"
#include "ampcf/model/scoring.hpp"

namespace ampcf::evaluation {

/// Throws UsageError unless the model, which --`option` named, may be measured on this part of the data: it was trained
/// on them, and has not seen the items (--refit). RuntimeError where its file is damaged.
void require_measurable(const checkpoint::ModelFile& model, const char* option, const dataset::Dataset& data,
                        dataset::HeldOutPart part);

/// The scores of a trained model for the users of this rank.
class ModelScores : public ScoreSource {
 public:
  /// Reads the items and the personas of `users`. Throws RuntimeError.
  ModelScores(const checkpoint::ModelFile& file, UserRange users);

  void score(UserRange users, std::span<float> scores) override;
  void score_each(std::span<const UserIndex> users, std::span<float> scores) override;

 private:
  model::Personas<float> personas_;
  kernels::AlignedVector<float> side_by_side_;  // personas of score_each's users
  model::CatalogueScorer scorer_;
};

}  // namespace ampcf::evaluation
