#include "ampcf/recommendation/recommender.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/evaluation/cases.hpp"
#include "ampcf/evaluation/explanations/counterfactuals.hpp"
#include "ampcf/evaluation/placement.hpp"
#include "ampcf/recommendation/filter.hpp"

#include <algorithm>
#include <cmath>

namespace ampcf::recommendation {

namespace {

constexpr std::size_t kIdsInErrors = 3;

float cosine(const float* a, const float* b, std::size_t padded_dim) {
  const float lengths = kernels::dot(a, a, padded_dim) * kernels::dot(b, b, padded_dim);
  return lengths > 0.0F ? kernels::dot(a, b, padded_dim) / std::sqrt(lengths) : 0.0F;
}

}  // namespace

void require_same_data(const dataset::Dataset& data, const checkpoint::ModelFile& model) {
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
}

Recommender::Recommender(const dataset::Dataset& data, const checkpoint::ModelFile& model)
    : data_(data),
      model_(model),
      shared_((require_same_data(data, model), model.shared())),
      catalogue_scorer_(shared_),
      scorer_(shared_),
      catalogue_(data),
      user_ids_(data.user_ids()) {}

UserIndex Recommender::find_user(const std::string& raw_id) const {
  const auto found = std::find(user_ids_.begin(), user_ids_.end(), raw_id);
  if (found == user_ids_.end()) {
    std::string some;
    for (std::size_t i = 0; i < std::min(kIdsInErrors, user_ids_.size()); ++i) {
      some += (i > 0 ? "', '" : "'") + user_ids_[i];
    }
    throw UsageError(
        "--user {}: the dataset {} has no such user among its {}, whose ids are as {}'; to somebody whom the model "
        "has not seen, ampcf-recommend --history FILE recommends by the consumed items",
        raw_id, data_.path().string(), user_ids_.size(), some);
  }
  return static_cast<UserIndex>(found - user_ids_.begin());
}

Profile Recommender::profile_of(UserIndex user) const {
  const UserRange range{user, user + 1};
  evaluation::ConsumedItems consumed(data_, dataset::HeldOutPart::test, range);
  const auto items = consumed.of(0);
  return {user_ids_[user], model_.personas(range).rows, std::vector<ItemIndex>(items.begin(), items.end()),
          data_.held_out(dataset::HeldOutPart::test, range).item[0]};
}

ExplainedItem Recommender::explain(ItemIndex item, float score) {
  ExplainedItem explained;
  explained.item = item;
  explained.score = score;
  explained.attention.resize(persona_count());
  scorer_.attention(item, explained.attention);
  const auto strongest = std::max_element(explained.attention.begin(), explained.attention.end());
  explained.persona = static_cast<std::size_t>(strongest - explained.attention.begin());
  return explained;
}

std::vector<ExplainedItem> Recommender::explain_history(const Profile& profile) {
  std::vector<float> scores(profile.history.size());
  scorer_.set_user(profile.personas.data());
  scorer_.score(profile.history, scores);
  std::vector<ExplainedItem> history;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    history.push_back(explain(profile.history[i], scores[i]));
    history.back().is_consumed = true;
  }
  std::stable_sort(history.begin(), history.end(), [](const auto& a, const auto& b) {
    return a.persona != b.persona ? a.persona < b.persona : a.attention[a.persona] > b.attention[b.persona];
  });
  return history;
}

Recommendation Recommender::recommend(const Profile& profile, const ListRules& rules) {
  Recommendation result{profile.id, {}, explain_history(profile), 0};
  std::vector<float> scores(stride());
  catalogue_scorer_.score(profile.personas.data(), 1, scores.data());
  const auto left_out = rules.is_history_included ? std::vector<ItemIndex>(rules.left_out.begin(), rules.left_out.end())
                                                  : united(profile.history, rules.left_out);
  result.choice = shared_.item_count - left_out.size();
  const auto catalogue_scores = std::span<const float>(scores).first(shared_.item_count);
  for (const auto item : evaluation::best_items(catalogue_scores, left_out, rules.count)) {
    auto& explained = result.items.emplace_back(explain(item, scores[item]));
    explained.is_held_out = static_cast<std::int64_t>(item) == profile.held_out;
    explained.is_consumed = std::binary_search(profile.history.begin(), profile.history.end(), item);
    find_nearest(result.history, rules.nearest, explained);
  }
  find_ranks_without(profile, left_out, result.items);
  return result;
}

// The counterfactual: the user has all personas but the responsible one, and the others share its attention as the
// softmax over them alone says.
void Recommender::find_ranks_without(const Profile& profile, std::span<const ItemIndex> left_out,
                                     std::vector<ExplainedItem>& items) {
  const auto r = persona_count();
  if (r == 1 || items.empty()) {
    return;
  }
  const auto d = shared_.dimensions.padded_dim();
  auto scorer = evaluation::scorer_of(shared_, r - 1);
  std::vector<float> scores(stride());
  for (std::size_t persona = 0; persona < r; ++persona) {
    if (std::none_of(items.begin(), items.end(), [&](const auto& item) { return item.persona == persona; })) {
      continue;
    }
    auto others = profile.personas;
    const auto place = others.begin() + static_cast<std::ptrdiff_t>(persona * d);
    others.erase(place, place + static_cast<std::ptrdiff_t>(d));
    scorer.score(others.data(), 1, scores.data());
    for (auto& item : items) {
      if (item.persona == persona) {
        const auto rank = evaluation::rank_in_catalogue(std::span<const float>(scores).first(shared_.item_count),
                                                        item.item, left_out);
        item.rank_without = rank.better + rank.tied / 2 + 1;
      }
    }
  }
}

void Recommender::find_nearest(const std::vector<ExplainedItem>& history, std::uint64_t count,
                               ExplainedItem& item) const {
  const auto d = shared_.dimensions.padded_dim();
  for (const auto& candidate : history) {
    if (candidate.persona == item.persona && candidate.item != item.item) {
      item.nearest.push_back({candidate.item, cosine(shared_.item(item.item), shared_.item(candidate.item), d)});
    }
  }
  const auto shown = std::min<std::size_t>(count, item.nearest.size());
  std::partial_sort(item.nearest.begin(), item.nearest.begin() + static_cast<std::ptrdiff_t>(shown), item.nearest.end(),
                    [](const Neighbour& a, const Neighbour& b) {
                      return a.similarity != b.similarity ? a.similarity > b.similarity : a.item < b.item;
                    });
  item.nearest.resize(shown);
}

std::vector<float> Recommender::scores_by_persona(const Profile& profile) {
  // To a model of one persona, which always has all attention, the personas are as many users.
  auto scorer = evaluation::scorer_of(shared_, 1);
  std::vector<float> scores(persona_count() * stride());
  scorer.score(profile.personas.data(), persona_count(), scores.data());
  return scores;
}

}  // namespace ampcf::recommendation
