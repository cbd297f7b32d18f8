#include "ampcf/recommendation/output.hpp"
#include "ampcf/core/csv.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

namespace ampcf::recommendation {

namespace {

using Json = nlohmann::ordered_json;

Json name_of(const Catalogue& catalogue, ItemIndex item) {
  Json entry{{"item", catalogue.id(item)}};
  if (!catalogue.title(item).empty()) {
    entry["title"] = catalogue.title(item);
  }
  return entry;
}

Json explained_json(const Catalogue& catalogue, const ExplainedItem& item) {
  auto entry = name_of(catalogue, item.item);
  entry["score"] = item.score;
  entry["persona"] = item.persona + 1;
  entry["attention"] = item.attention;
  return entry;
}

Json recommended_json(const Catalogue& catalogue, const ExplainedItem& item) {
  auto entry = explained_json(catalogue, item);
  if (item.rank_without) {
    entry["rank_without_persona"] = *item.rank_without;
  }
  entry["nearest_history"] = Json::array();
  for (const auto& neighbour : item.nearest) {
    auto near = name_of(catalogue, neighbour.item);
    near["similarity"] = neighbour.similarity;
    entry["nearest_history"].push_back(near);
  }
  return entry;
}

}  // namespace

std::string as_csv_header() {
  return "user,rank,item,title,score,persona,attention,rank_without_persona,attention_weights,nearest_history\n";
}

std::string as_csv(const Catalogue& catalogue, const Recommendation& recommendation) {
  std::string text;
  for (std::size_t i = 0; i < recommendation.items.size(); ++i) {
    const auto& item = recommendation.items[i];
    std::vector<std::string> nearest;
    for (const auto& neighbour : item.nearest) {
      nearest.push_back(catalogue.id(neighbour.item));
    }
    text += fmt::format("{},{},{},{},{},{},{},{},{},{}\n", csv_field(recommendation.user_id), i + 1,
                        csv_field(catalogue.id(item.item)), csv_field(catalogue.title(item.item)), item.score,
                        item.persona + 1, item.attention[item.persona],
                        item.rank_without ? fmt::to_string(*item.rank_without) : "", fmt::join(item.attention, "|"),
                        csv_field(fmt::format("{}", fmt::join(nearest, "|"))));
  }
  return text;
}

std::string as_json(const Catalogue& catalogue, const std::vector<Recommendation>& recommendations) {
  auto users = Json::array();
  for (const auto& recommendation : recommendations) {
    auto items = Json::array();
    auto history = Json::array();
    for (const auto& item : recommendation.items) {
      items.push_back(recommended_json(catalogue, item));
    }
    for (const auto& item : recommendation.history) {
      history.push_back(explained_json(catalogue, item));
    }
    users.push_back({{"user", recommendation.user_id}, {"items", items}, {"history", history}});
  }
  return users.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ampcf::recommendation
