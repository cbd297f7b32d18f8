#pragma once

#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/dataset/dataset.hpp"
#include "ampcf/model/scoring.hpp"

#include <string>
#include <vector>

namespace ampcf::recommendation {

/// An item and the attention a_k (r) that the user's personas pay to it; `persona` is the one with the highest,
/// responsible for the item. Personas are numbered from 0 here and from 1 wherever people read them.
struct ExplainedItem {
  ItemIndex item = 0;
  float score = 0.0F;
  std::size_t persona = 0;
  std::vector<float> attention;
  bool is_held_out = false;  // the user's test item: consumed in truth, unknown to the model
};

struct Recommendation {
  UserIndex user = 0;
  std::string user_id;
  std::vector<ExplainedItem> items;    // best first
  std::vector<ExplainedItem> history;  // training and validation items, by persona, the strongest attention first
};

/// The best items for single users, each explained by a persona.
class Recommender {
 public:
  /// Throws UsageError where the model was trained on other data.
  Recommender(const dataset::Dataset& data, const checkpoint::ModelFile& model);

  /// The row of a raw id. Throws UsageError naming the id.
  [[nodiscard]] UserIndex find_user(const std::string& raw_id) const;

  /// The `count` best items that the user has not consumed in the training and validation parts; fewer where the
  /// catalogue ends.
  [[nodiscard]] Recommendation recommend(UserIndex user, std::size_t count);

  [[nodiscard]] std::size_t persona_count() const { return shared_.dimensions.personas; }
  [[nodiscard]] const std::string& item_id(ItemIndex item) const { return item_ids_[item]; }
  /// Empty where the dataset has no titles.
  [[nodiscard]] std::string title(ItemIndex item) const { return titles_.empty() ? std::string() : titles_[item]; }

 private:
  [[nodiscard]] ExplainedItem explain(ItemIndex item, float score);

  const dataset::Dataset& data_;
  const checkpoint::ModelFile& model_;
  model::SharedParameters<float> shared_;
  model::CatalogueScorer catalogue_;
  model::Scorer scorer_;
  std::vector<std::string> user_ids_;
  std::vector<std::string> item_ids_;
  std::vector<std::string> titles_;
};

}  // namespace ampcf::recommendation
