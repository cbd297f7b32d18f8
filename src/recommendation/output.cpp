#include "ampcf/recommendation/output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace ampcf::recommendation {

namespace {

constexpr std::size_t kTitleWidth = 48;

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    return text;
  }
  std::string quoted = "\"";
  for (const char letter : text) {
    quoted += letter == '"' ? "\"\"" : std::string(1, letter);
  }
  return quoted + "\"";
}

// "Heat (1995)", cut to what a line holds, on a boundary of UTF-8; the raw id where there is no title.
std::string label(const Recommender& recommender, ItemIndex item) {
  auto text = recommender.title(item).empty() ? recommender.item_id(item) : recommender.title(item);
  if (text.size() <= kTitleWidth) {
    return text;
  }
  auto end = kTitleWidth - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return text.substr(0, end) + "...";
}

nlohmann::json as_json_item(const Recommender& recommender, const ExplainedItem& item) {
  nlohmann::json entry{{"item", recommender.item_id(item.item)},
                       {"score", item.score},
                       {"persona", item.persona + 1},
                       {"attention", item.attention}};
  if (!recommender.title(item.item).empty()) {
    entry["title"] = recommender.title(item.item);
  }
  return entry;
}

std::string history_text(const Recommender& recommender, const Recommendation& recommendation, std::size_t most) {
  const auto& history = recommendation.history;
  auto text = fmt::format("\nHistory of {} items, by the persona that answers for each:\n", history.size());
  for (std::size_t persona = 0; persona < recommender.persona_count(); ++persona) {
    const auto is_claimed = [&](const ExplainedItem& item) { return item.persona == persona; };
    const auto first = std::find_if(history.begin(), history.end(), is_claimed);
    const auto count = static_cast<std::size_t>(std::count_if(history.begin(), history.end(), is_claimed));
    text +=
        fmt::format("\n  persona {}: {} items, {:.0f} % of the history\n", persona + 1, count,
                    100.0 * static_cast<double>(count) / static_cast<double>(std::max<std::size_t>(1, history.size())));
    for (std::size_t i = 0; i < std::min(count, most); ++i) {
      const auto& item = first[static_cast<std::ptrdiff_t>(i)];
      text += fmt::format("    {:.2f}  {}\n", item.attention[persona], label(recommender, item.item));
    }
  }
  return text;
}

}  // namespace

std::string as_text(const Recommender& recommender, const Recommendation& recommendation, std::size_t history_items) {
  auto text = fmt::format("User {}\n\n{:>4}  {:{}}  {:>7}  {:>7}  {:>9}\n", recommendation.user_id, "rank", "item",
                          kTitleWidth, "score", "persona", "attention");
  bool has_held_out = false;
  for (std::size_t i = 0; i < recommendation.items.size(); ++i) {
    const auto& item = recommendation.items[i];
    text +=
        fmt::format("{:>4}  {:{}}  {:>7.3f}  {:>7}  {:>9.2f}{}\n", i + 1, label(recommender, item.item), kTitleWidth,
                    item.score, item.persona + 1, item.attention[item.persona], item.is_held_out ? "  *" : "");
    has_held_out |= item.is_held_out;
  }
  if (has_held_out) {
    text += "   *  the user's held-out test item, which the model has not seen\n";
  }
  return text + history_text(recommender, recommendation, history_items);
}

std::string as_csv(const Recommender& recommender, const Recommendation& recommendation, bool has_header) {
  std::string text = has_header ? "user,rank,item,title,score,persona,attention\n" : "";
  for (std::size_t i = 0; i < recommendation.items.size(); ++i) {
    const auto& item = recommendation.items[i];
    text += fmt::format("{},{},{},{},{},{},{}\n", csv_field(recommendation.user_id), i + 1,
                        csv_field(recommender.item_id(item.item)), csv_field(recommender.title(item.item)), item.score,
                        item.persona + 1, item.attention[item.persona]);
  }
  return text;
}

std::string as_json(const Recommender& recommender, const std::vector<Recommendation>& recommendations) {
  auto users = nlohmann::json::array();
  for (const auto& recommendation : recommendations) {
    auto items = nlohmann::json::array();
    auto history = nlohmann::json::array();
    for (const auto& item : recommendation.items) {
      items.push_back(as_json_item(recommender, item));
    }
    for (const auto& item : recommendation.history) {
      history.push_back(as_json_item(recommender, item));
    }
    users.push_back({{"user", recommendation.user_id}, {"items", items}, {"history", history}});
  }
  return users.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace ampcf::recommendation
