#include "ampcf/recommendation/recommender.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/evaluation/placement.hpp"

#include <algorithm>

namespace ampcf::recommendation {

namespace {

// The user's training items and, where there is one, the validation item; ascending.
std::vector<ItemIndex> consumed_items(const dataset::Dataset& data, UserIndex user) {
  auto items = data.interactions({user, user + 1}).item;
  const auto validation = data.held_out(dataset::HeldOutPart::validation, {user, user + 1}).item[0];
  if (validation != kNoItem) {
    items.push_back(static_cast<ItemIndex>(validation));
    std::sort(items.begin(), items.end());
  }
  return items;
}

}  // namespace

Recommender::Recommender(const dataset::Dataset& data, const checkpoint::ModelFile& model)
    : data_(data), model_(model), shared_(model.shared()), catalogue_(shared_), scorer_(shared_) {
  if (model.dataset_fingerprint() != data.fingerprint()) {
    throw UsageError("{} was trained on a dataset with fingerprint {}, but {} has {}: give the data of the training",
                     model.file().path().string(), model.dataset_fingerprint(), data.path().string(),
                     data.fingerprint());
  }
  if (model.user_count() != data.user_count() || model.item_count() != data.item_count()) {
    throw RuntimeError("{}: a model of {} users and {} items, but {} has {} and {} (damaged checkpoint)",
                       model.file().path().string(), model.user_count(), model.item_count(), data.path().string(),
                       data.user_count(), data.item_count());
  }
  user_ids_ = data.user_ids();
  item_ids_ = data.item_ids();
  titles_ = data.item_titles();
}

UserIndex Recommender::find_user(const std::string& raw_id) const {
  const auto found = std::find(user_ids_.begin(), user_ids_.end(), raw_id);
  if (found == user_ids_.end()) {
    throw UsageError("--user {}: the dataset {} has no such user; its {} ids begin with '{}'", raw_id,
                     data_.path().string(), user_ids_.size(), user_ids_.front());
  }
  return static_cast<UserIndex>(found - user_ids_.begin());
}

ExplainedItem Recommender::explain(ItemIndex item, float score) {
  ExplainedItem explained{item, score, 0, std::vector<float>(persona_count()), false};
  scorer_.attention(item, explained.attention);
  const auto strongest = std::max_element(explained.attention.begin(), explained.attention.end());
  explained.persona = static_cast<std::size_t>(strongest - explained.attention.begin());
  return explained;
}

Recommendation Recommender::recommend(UserIndex user, std::size_t count) {
  const auto personas = model_.personas({user, user + 1});
  scorer_.set_user(personas.of(0));
  std::vector<float> scores(catalogue_.score_stride());
  catalogue_.score(personas.of(0), 1, scores.data());
  const auto consumed = consumed_items(data_, user);
  const auto held_out = data_.held_out(dataset::HeldOutPart::test, {user, user + 1}).item[0];

  Recommendation result{user, user_ids_[user], {}, {}};
  const auto catalogue_scores = std::span<const float>(scores).first(shared_.item_count);
  for (const auto item : evaluation::best_items(catalogue_scores, consumed, count)) {
    result.items.push_back(explain(item, scores[item]));
    result.items.back().is_held_out = static_cast<std::int64_t>(item) == held_out;
  }
  for (const auto item : consumed) {
    result.history.push_back(explain(item, scores[item]));
  }
  std::stable_sort(result.history.begin(), result.history.end(), [](const auto& a, const auto& b) {
    return a.persona != b.persona ? a.persona < b.persona : a.attention[a.persona] > b.attention[b.persona];
  });
  return result;
}

}  // namespace ampcf::recommendation
