#include "ampcf/generation/history.hpp"

#include "generation/streams.hpp"

namespace ampcf::generation {

namespace {

constexpr int kMostRepeats = 32;  // of one item's draw: bounds the time where a user has consumed nearly all the mass

std::uint32_t draw_persona(const std::vector<Persona>& personas, random::Draws& draws) {
  auto left = draws.next_unit();
  std::uint32_t index = 0;
  while (index + 1 < personas.size() && left >= personas[index].weight) {
    left -= personas[index++].weight;
  }
  return index;
}

}  // namespace

HistoryDrawer::HistoryDrawer(const Population& population)
    : population_(population), is_consumed_(population.catalogue().item_count()) {}

void HistoryDrawer::release_last_user() {
  for (const auto place : places_) {
    is_consumed_[place] = false;
  }
  places_.clear();
  history_.clear();
}

Taste HistoryDrawer::draw_taste(Taste own, random::Draws& draws) const {
  const auto overlap = population_.options().overlap;
  const auto tastes = population_.catalogue().taste_count();
  const auto u = draws.next_unit();
  if (u >= overlap) {
    return own;
  }
  return u < 0.5 * overlap ? (own + 1) % tastes : (own + tastes - 1) % tastes;
}

Place HistoryDrawer::draw_unconsumed(Taste taste, random::Draws& draws) const {
  const auto& catalogue = population_.catalogue();
  for (int repeat = 0; repeat < kMostRepeats; ++repeat) {
    const auto place = catalogue.draw(taste, draws);
    if (!is_consumed_[place]) {
      return place;
    }
  }
  auto place = catalogue.first_place(taste);
  while (is_consumed_[place]) {  // ends inside the taste: no user has more interactions than the smallest has items
    ++place;
  }
  return place;
}

const std::vector<Interaction>& HistoryDrawer::draw(UserIndex user) {
  release_last_user();
  const auto personas = population_.personas(user);
  const auto count = population_.interaction_count(user);
  auto draws = draws_for(population_.options().seed, Purpose::history, user);
  while (history_.size() < count) {
    const auto persona = draw_persona(personas, draws);
    const auto taste = draw_taste(personas[persona].taste, draws);
    const auto place = draw_unconsumed(taste, draws);
    is_consumed_[place] = true;
    places_.push_back(place);
    history_.push_back({population_.catalogue().item_at(place), persona});
  }
  return history_;
}

}  // namespace ampcf::generation
