#include "ampcf/recommendation/cards.hpp"

#include "ampcf/evaluation/explanations/naming.hpp"
#include "ampcf/evaluation/placement.hpp"
#include "ampcf/recommendation/filter.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace ampcf::recommendation {

namespace {

constexpr std::size_t kTagsInName = 2;

// How many items two lists share.
std::size_t common_items(std::vector<ItemIndex> a, std::vector<ItemIndex> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  std::vector<ItemIndex> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both.size();
}

void find_duplicates(const std::vector<std::vector<ItemIndex>>& best, UserCards& cards) {
  for (std::size_t k = 0; k < best.size(); ++k) {
    for (std::size_t other = 0; other < best.size(); ++other) {
      const auto length = std::min(best[k].size(), best[other].size());
      if (other != k && length > 0 && 2 * common_items(best[k], best[other]) >= length) {
        cards.card[k].same.push_back(other);
      }
    }
  }
}

}  // namespace

double effective_number(const std::vector<std::uint64_t>& counts) {
  const double number = evaluation::effective_number_of(counts);
  return std::isnan(number) ? 0.0 : number;
}

// Of the tags that stand out, those that say most: with the highest lift.
std::string name_of(const std::vector<TagFinding>& tags, std::uint64_t claimed) {
  if (tags.empty()) {
    return claimed == 0 ? "claims nothing" : "no tag stands out";
  }
  auto by_lift = tags;
  std::stable_sort(by_lift.begin(), by_lift.end(),
                   [](const TagFinding& a, const TagFinding& b) { return a.lift > b.lift; });
  std::string name;
  for (std::size_t i = 0; i < std::min(kTagsInName, by_lift.size()); ++i) {
    name += (i > 0 ? " & " : "") + by_lift[i].tag;
  }
  return name;
}

CardMaker::CardMaker(Recommender& recommender, const checkpoint::ModelFile& model, std::size_t best, std::size_t like)
    : recommender_(recommender),
      enrichment_(recommender.catalogue()),
      personas_(model.personas({0, model.user_count()})),
      best_(best),
      like_(like) {}

UserCards CardMaker::make(const Profile& profile, std::span<const ItemIndex> left_out) {
  UserCards cards{profile.id, profile.history.size(), 0.0, std::vector<PersonaCard>(recommender_.persona_count())};
  std::vector<std::vector<ItemIndex>> claimed(cards.card.size());
  for (const auto& item : recommender_.explain_history(profile)) {
    claimed[item.persona].push_back(item.item);
  }
  const auto scores = recommender_.scores_by_persona(profile);
  const auto not_offered = united(profile.history, left_out);
  std::vector<std::uint64_t> counts;
  std::vector<std::vector<ItemIndex>> best;
  for (std::size_t k = 0; k < cards.card.size(); ++k) {
    auto& card = cards.card[k];
    card.claimed = claimed[k].size();
    card.tags = enrichment_.of(claimed[k]);
    card.name = name_of(card.tags, card.claimed);
    const auto row =
        std::span<const float>(scores).subspan(k * recommender_.stride(), recommender_.shared().item_count);
    best.push_back(evaluation::best_items(row, not_offered, std::max(best_, kDuplicateLength)));
    card.best.assign(best[k].begin(), best[k].begin() + static_cast<std::ptrdiff_t>(std::min(best_, best[k].size())));
    best[k].resize(std::min(best[k].size(), kDuplicateLength));
    counts.push_back(card.claimed);
  }
  cards.effective = effective_number(counts);
  find_duplicates(best, cards);
  find_like(profile, cards);
  return cards;
}

// Personas that claim nothing are left out: they may be next to zero, and the cosine of that says nothing.
void CardMaker::find_like(const Profile& profile, UserCards& cards) const {
  const auto d = personas_.dimensions.padded_dim();
  const auto r = cards.card.size();
  for (std::size_t k = 0; k < r; ++k) {
    if (cards.card[k].claimed == 0) {
      continue;
    }
    const float* const own = profile.personas.data() + k * d;
    const float own_length = std::sqrt(kernels::dot(own, own, d));
    auto& like = cards.card[k].like;
    for (std::uint64_t user = 0; user < personas_.users.count(); ++user) {
      for (std::size_t other = 0; other < r && recommender_.user_ids()[user] != profile.id; ++other) {
        const float* const row = personas_.of(user) + other * d;
        const float length = std::sqrt(kernels::dot(row, row, d));
        if (length > 0.01F * own_length) {
          like.push_back({recommender_.user_ids()[user], other, kernels::dot(own, row, d) / (own_length * length)});
        }
      }
    }
    const auto count = std::min(like_, like.size());
    std::partial_sort(like.begin(), like.begin() + static_cast<std::ptrdiff_t>(count), like.end(),
                      [](const auto& a, const auto& b) { return a.similarity > b.similarity; });
    like.resize(count);
  }
}

}  // namespace ampcf::recommendation
