#include "report/input/portraits.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/evaluation/placement.hpp"
#include "ampcf/evaluation/taste/distance.hpp"
#include "ampcf/evaluation/taste/space_file.hpp"
#include "ampcf/evaluation/user_measures.hpp"
#include "ampcf/recommendation/recommender.hpp"

#include <algorithm>
#include <numeric>

namespace ampcf::report {

namespace {

using evaluation::Points;

// The taste space of an evaluation of this data, as distances of items to tastes.
std::optional<Points> read_distances(const std::vector<Subject>& subjects, const dataset::Dataset& data) {
  for (const auto* const subject : measured(subjects)) {
    if (storage::File::open(subject->metrics->h5).contains("/taste/items")) {
      return evaluation::cosine_distances(evaluation::read_measured_taste_space(subject->metrics->h5, data));
    }
  }
  return std::nullopt;
}

class Painter {
 public:
  Painter(const ReportOptions& options, const std::vector<Subject>& subjects)
      : options_(options),
        data_(options.data),
        model_(options.checkpoint),
        recommender_(data_, model_),
        scorer_(recommender_.shared()),
        cards_(recommender_, model_, 0, 1),
        distances_(read_distances(subjects, data_)) {
    require_dataset(subjects, data_.fingerprint(), data_.path().string());
  }

  [[nodiscard]] UserIndex find(const std::string& id) const { return recommender_.find_user(id); }

  [[nodiscard]] Portrait paint(UserIndex user) {
    const auto profile = recommender_.profile_of(user);
    const auto listed = recommender_.recommend(
        profile, {.count = std::max<std::size_t>(options_.top, evaluation::kListLength), .nearest = 0});
    Portrait portrait{listed.user_id, listed.history.size(), 0.0, std::vector<PortrayedPersona>(personas()), {}, {}};
    for (std::size_t i = 0; i < std::min<std::size_t>(options_.top, listed.items.size()); ++i) {
      portrait.final_list.push_back(shown(listed.items[i]));
      portrait.final_list.back().final_rank = i + 1;
      portrait.final_list.back().rank_without = listed.items[i].rank_without;
    }
    for (const auto& item : listed.history) {
      auto& persona = portrait.personas[item.persona];
      if (++persona.consumed <= options_.history) {
        persona.history.push_back(shown(item));
      }
    }
    add_own_lists(profile, listed, portrait);
    add_cards(profile, portrait);
    if (distances_) {
      portrait.tastes = tastes_of(user, listed);
    }
    return portrait;
  }

 private:
  [[nodiscard]] std::size_t personas() const { return recommender_.persona_count(); }

  [[nodiscard]] const recommendation::Catalogue& catalogue() const { return recommender_.catalogue(); }
  [[nodiscard]] const std::string& title(ItemIndex item) const { return catalogue().label(item); }
  [[nodiscard]] std::string tags(ItemIndex item) const {
    return catalogue().tags().empty() ? std::string() : catalogue().tags()[item];
  }

  [[nodiscard]] PortrayedItem shown(const recommendation::ExplainedItem& item) const {
    return {title(item.item), tags(item.item),
            item.persona,     {item.attention.begin(), item.attention.end()},
            item.is_held_out, 0,
            std::nullopt};
  }

  // What each persona would recommend alone.
  void add_own_lists(const recommendation::Profile& profile, const recommendation::Recommendation& listed,
                     Portrait& portrait) {
    const auto scores = recommender_.scores_by_persona(profile);
    scorer_.set_user(profile.personas.data());
    for (std::size_t k = 0; k < personas(); ++k) {
      const auto alone = std::span(scores).subspan(k * recommender_.stride(), catalogue().item_count());
      for (const auto item : evaluation::best_items(alone, profile.history, options_.history)) {
        portrait.personas[k].own_list.push_back(own(item, listed));
      }
    }
  }

  void add_cards(const recommendation::Profile& profile, Portrait& portrait) {
    const auto cards = cards_.make(profile, {});
    portrait.in_use = cards.effective;
    for (std::size_t k = 0; k < personas(); ++k) {
      auto& persona = portrait.personas[k];
      const auto& card = cards.card[k];
      persona.name = catalogue().tags().empty() ? "" : card.name;
      persona.tags = card.tags;
      persona.same = card.same;
      if (!card.like.empty()) {
        persona.like = card.like.front();
      }
    }
  }

  // An item of a persona's own list, with the attention that all of the user's personas would pay to it.
  [[nodiscard]] PortrayedItem own(ItemIndex item, const recommendation::Recommendation& listed) {
    std::vector<float> attention(personas());
    scorer_.attention(item, attention);
    const auto strongest = std::max_element(attention.begin(), attention.end()) - attention.begin();
    PortrayedItem shown{
        title(item), tags(item), static_cast<std::size_t>(strongest), {attention.begin(), attention.end()}, false,
        0,           {}};
    for (std::size_t i = 0; i < std::min<std::size_t>(options_.top, listed.items.size()); ++i) {
      if (listed.items[i].item == item) {
        shown.final_rank = i + 1;
        shown.is_held_out = listed.items[i].is_held_out;
      }
    }
    return shown;
  }

  // As the evaluator measures them: the training items against the best 30.
  [[nodiscard]] std::optional<TastePortrait> tastes_of(UserIndex user,
                                                       const recommendation::Recommendation& listed) const {
    const auto history = data_.interactions({user, user + 1}).item;
    std::vector<ItemIndex> list;
    for (std::size_t i = 0; i < std::min(evaluation::kListLength, listed.items.size()); ++i) {
      list.push_back(listed.items[i].item);
    }
    if (history.empty() || list.empty()) {
      return std::nullopt;
    }
    const auto t = evaluation::taste_distribution(*distances_, history);
    const auto d = evaluation::taste_distribution(*distances_, list);
    TastePortrait portrait{{}, evaluation::jensen_shannon(d, t), evaluation::hellinger(d, t)};
    std::vector<std::size_t> order(t.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return t[a] < t[b]; });
    for (const auto taste : order) {
      Points::Index nearest = 0;
      distances_->col(static_cast<Points::Index>(taste)).minCoeff(&nearest);
      portrait.tastes.push_back({t[taste], d[taste], title(static_cast<ItemIndex>(nearest))});
    }
    return portrait;
  }

  const ReportOptions& options_;
  dataset::Dataset data_;
  checkpoint::ModelFile model_;
  recommendation::Recommender recommender_;
  model::Scorer scorer_;
  recommendation::CardMaker cards_;
  std::optional<Points> distances_;
};

}  // namespace

std::vector<Portrait> portray(const ReportOptions& options, const std::vector<Subject>& subjects) {
  if (options.users.empty()) {
    return {};
  }
  Painter painter(options, subjects);
  std::vector<UserIndex> users;
  for (const auto& id : options.users) {
    users.push_back(painter.find(id));
  }
  std::vector<Portrait> portraits;
  for (const auto user : users) {
    portraits.push_back(painter.paint(user));
  }
  return portraits;
}

}  // namespace ampcf::report
