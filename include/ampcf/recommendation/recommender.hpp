#pragma once

#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/dataset/dataset.hpp"
#include "ampcf/model/scoring.hpp"
#include "ampcf/recommendation/catalogue.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ampcf::recommendation {

/// Whom to recommend to: a user of the dataset, or somebody whose personas were fitted to a given history.
struct Profile {
  std::string id;
  kernels::AlignedVector<float> personas;  // (r, padded d)
  std::vector<ItemIndex> history;          // consumed, ascending and distinct
  std::int64_t held_out = kNoItem;         // the test item: consumed in truth, unknown to the model
};

/// An item of the history and its likeness (cosine of the item vectors) to a recommended item.
struct Neighbour {
  ItemIndex item = 0;
  float similarity = 0.0F;
};

/// An item and the attention a_k (r) that the user's personas pay to it; `persona` is the one with the highest,
/// responsible for the item. Personas are numbered from 0 here and from 1 wherever people read them.
struct ExplainedItem {
  ItemIndex item = 0;
  float score = 0.0F;
  std::size_t persona = 0;
  std::vector<float> attention;
  bool is_held_out = false;
  bool is_consumed = false;

  // Of recommended items alone:
  std::optional<std::uint64_t> rank_without;  // from 1, had the user not this persona; none where it is the only one
  std::vector<Neighbour> nearest;             // of the history that this persona claims, the most alike first
};

struct Recommendation {
  std::string user_id;
  std::vector<ExplainedItem> items;    // best first
  std::vector<ExplainedItem> history;  // by persona, the strongest attention first
  std::uint64_t choice = 0;            // items that could have been recommended
};

/// What a list is made of.
struct ListRules {
  std::uint64_t count = 10;               // items; fewer where the catalogue ends
  bool is_history_included = false;       // items that the user has consumed may be recommended again
  std::span<const ItemIndex> left_out{};  // of nobody's list, ascending
  std::uint64_t nearest = 2;              // items of the history beside each recommended one
};

/// Throws UsageError where the model was trained on other data, RuntimeError where its sizes are not the data's.
void require_same_data(const dataset::Dataset& data, const checkpoint::ModelFile& model);

/// The best items for single users, each explained by a persona.
class Recommender {
 public:
  /// Throws as require_same_data().
  Recommender(const dataset::Dataset& data, const checkpoint::ModelFile& model);

  /// The row of a raw id. Throws UsageError naming the id.
  [[nodiscard]] UserIndex find_user(const std::string& raw_id) const;

  /// A user of the dataset; the history is the training and the validation items.
  [[nodiscard]] Profile profile_of(UserIndex user) const;

  [[nodiscard]] Recommendation recommend(const Profile& profile, const ListRules& rules);

  /// Scores of every item, (r, stride()), as each persona alone would give them: u_k . v_j + b_j.
  [[nodiscard]] std::vector<float> scores_by_persona(const Profile& profile);
  [[nodiscard]] std::size_t stride() const { return catalogue_scorer_.score_stride(); }

  /// The history of a profile as in Recommendation.
  [[nodiscard]] std::vector<ExplainedItem> explain_history(const Profile& profile);

  [[nodiscard]] std::size_t persona_count() const { return shared_.dimensions.personas; }
  [[nodiscard]] const Catalogue& catalogue() const { return catalogue_; }
  [[nodiscard]] const model::SharedParameters<float>& shared() const { return shared_; }
  [[nodiscard]] const std::vector<std::string>& user_ids() const { return user_ids_; }

 private:
  [[nodiscard]] ExplainedItem explain(ItemIndex item, float score);
  void find_ranks_without(const Profile& profile, std::span<const ItemIndex> left_out,
                          std::vector<ExplainedItem>& items);
  void find_nearest(const std::vector<ExplainedItem>& history, std::uint64_t count, ExplainedItem& item) const;

  const dataset::Dataset& data_;
  const checkpoint::ModelFile& model_;
  model::SharedParameters<float> shared_;
  model::CatalogueScorer catalogue_scorer_;
  model::Scorer scorer_;
  Catalogue catalogue_;
  std::vector<std::string> user_ids_;
};

}  // namespace ampcf::recommendation
