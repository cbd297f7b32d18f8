#include "ampcf/recommendation/population.hpp"

#include "ampcf/recommendation/cards.hpp"
#include "recommendation/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

namespace ampcf::recommendation {

namespace {

constexpr std::uint64_t kMostCards = 512;
constexpr std::size_t kNamesInText = 12;

void measure_cards(Recommender& recommender, const checkpoint::ModelFile& model, const dataset::Dataset& data,
                   Population& population) {
  CardMaker maker(recommender, model, 0, 0);
  std::map<std::string, std::uint64_t> names;
  std::uint64_t pairs = 0;
  std::uint64_t alike = 0;
  const auto stride = std::max<std::uint64_t>(1, data.user_count() / kMostCards);
  for (UserIndex user = 0; user < data.user_count(); user += stride) {
    const auto cards = maker.make(recommender.profile_of(user), {});
    ++population.sampled_users;
    for (const auto& card : cards.card) {
      if (card.claimed == 0) {
        continue;
      }
      ++names[card.name];
      for (std::size_t other = 0; other < cards.card.size(); ++other) {
        const bool is_pair = &cards.card[other] != &card && cards.card[other].claimed > 0;
        pairs += is_pair ? 1 : 0;
        alike += is_pair && std::count(card.same.begin(), card.same.end(), other) > 0 ? 1 : 0;
      }
    }
  }
  population.pairs_alike = pairs > 0 ? static_cast<double>(alike) / static_cast<double>(pairs) : 0.0;
  population.names.assign(names.begin(), names.end());
  std::stable_sort(population.names.begin(), population.names.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
}

}  // namespace

Population measure_population(Recommender& recommender, const dataset::Dataset& data,
                              const checkpoint::ModelFile& model) {
  const UserRange all{0, data.user_count()};
  const auto interactions = data.interactions(all);
  const auto personas = model.personas(all);
  const auto alone = communication::Communicator::alone();
  Population population;
  population.personas = recommender.persona_count();
  population.usage = training::measure_usage(alone, interactions, personas, recommender.shared(), 1);
  population.users_by_effective.resize(population.personas);
  model::Scorer scorer(recommender.shared());
  std::vector<float> attention(population.personas);
  for (UserIndex user = 0; user < all.count(); ++user) {
    std::vector<std::uint64_t> claims(population.personas);
    scorer.set_user(personas.of(user));
    for (const auto item : interactions.of(user)) {
      scorer.attention(item, attention);
      ++claims[static_cast<std::size_t>(std::max_element(attention.begin(), attention.end()) - attention.begin())];
    }
    if (!interactions.of(user).empty()) {
      ++population.users;
      const auto bin = static_cast<std::size_t>(effective_number(claims) - 0.5);
      ++population.users_by_effective[std::min(bin, population.personas - 1)];
    }
  }
  measure_cards(recommender, model, data, population);
  return population;
}

std::string population_as_text(const Population& population, const Page& page) {
  const auto share = [](std::uint64_t part, std::uint64_t whole) {
    return 100.0 * static_cast<double>(part) / static_cast<double>(std::max<std::uint64_t>(1, whole));
  };
  const auto& usage = population.usage;
  std::string text = as_heading(fmt::format("{} users with {} personas", population.users, population.personas), page);
  text += fmt::format("\n\n{:<44}{:>8.2f}\n", "personas in use (effective number, mean)", usage.effective);
  text += fmt::format("{:<44}{:>7.1f} %\n", "personas that claim nothing", 100.0 * usage.idle);
  text += fmt::format("{:<44}{:>8.2f}\n", "attention of the claiming persona, mean", usage.certainty);
  text +=
      fmt::format("{:<44}{:>7.1f} %\n", "pairs in use with half of their best alike", 100.0 * population.pairs_alike);
  text += "\nusers by personas in use\n";
  for (std::size_t i = 0; i < population.users_by_effective.size(); ++i) {
    const auto count = population.users_by_effective[i];
    text += fmt::format("  about {:<36}{:>8}{:>7.1f} %\n", i + 1, count, share(count, population.users));
  }
  if (training::is_collapsed(usage, population.personas)) {
    text += "\n" + clipped("Collapsed: nearly every user has one persona in all but name; explanations say little.",
                           page.columns);
    text += "\n";
  }
  text += fmt::format("\nnames of the personas of {} users\n", population.sampled_users);
  for (std::size_t i = 0; i < std::min(kNamesInText, population.names.size()); ++i) {
    text += fmt::format("  {}{:>8}\n", fitted(population.names[i].first, 42), population.names[i].second);
  }
  return text;
}

std::string population_as_json(const Population& population) {
  nlohmann::ordered_json json{{"users", population.users},
                              {"personas", population.personas},
                              {"effective_personas", population.usage.effective},
                              {"idle_personas", population.usage.idle},
                              {"certainty", population.usage.certainty},
                              {"is_collapsed", training::is_collapsed(population.usage, population.personas)},
                              {"users_by_effective_personas", population.users_by_effective},
                              {"sampled_users", population.sampled_users},
                              {"pairs_alike", population.pairs_alike},
                              {"names", nlohmann::ordered_json::array()}};
  for (const auto& [name, count] : population.names) {
    json["names"].push_back({{"name", name}, {"personas", count}});
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace ampcf::recommendation
