#include "ampcf/core/csv.hpp"
#include "ampcf/recommendation/cards.hpp"
#include "ampcf/recommendation/output.hpp"
#include "recommendation/page.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

namespace ampcf::recommendation {

namespace {

using Json = nlohmann::ordered_json;

double share_of(const PersonaCard& card, const UserCards& cards) {
  return cards.history == 0 ? 0.0 : static_cast<double>(card.claimed) / static_cast<double>(cards.history);
}

// "1.3e-09", never below what doubles can say of sums.
std::string probability_text(double probability) {
  return probability < 1e-15 ? "p < 1e-15" : fmt::format("p = {:.1g}", probability);
}

// A line of parts as far as the page reaches, after a title; nothing without parts.
std::string line_of(const char* title, const std::vector<std::string>& parts, const Page& page) {
  return parts.empty() ? "" : clipped(fmt::format("  {:<6} {}", title, fmt::join(parts, "; ")), page.columns) + "\n";
}

std::vector<std::string> tag_texts(const PersonaCard& card) {
  std::vector<std::string> texts;
  for (const auto& tag : card.tags) {
    texts.push_back(fmt::format("{} {:.1f} times ({}/{}, {})", tag.tag, tag.lift, tag.items, card.claimed,
                                probability_text(tag.probability)));
  }
  return texts;
}

std::vector<std::string> labels(const Catalogue& catalogue, const PersonaCard& card) {
  std::vector<std::string> texts;
  for (const auto item : card.best) {
    texts.push_back(catalogue.label(item));
  }
  return texts;
}

std::vector<std::string> like_texts(const PersonaCard& card) {
  std::vector<std::string> texts;
  for (const auto& like : card.like) {
    texts.push_back(fmt::format("user {} persona {} ({:.2f})", like.user_id, like.persona + 1, like.similarity));
  }
  return texts;
}

std::vector<std::size_t> from_one(std::vector<std::size_t> personas) {
  for (auto& persona : personas) {
    ++persona;
  }
  return personas;
}

Json card_json(const Catalogue& catalogue, const PersonaCard& card, std::size_t persona, const UserCards& cards) {
  Json entry{{"persona", persona + 1},         {"name", card.name},          {"claimed", card.claimed},
             {"share", share_of(card, cards)}, {"tags", Json::array()},      {"best", Json::array()},
             {"like", Json::array()},          {"same", from_one(card.same)}};
  for (const auto& tag : card.tags) {
    entry["tags"].push_back({{"tag", tag.tag},
                             {"items", tag.items},
                             {"in_catalogue", tag.in_catalogue},
                             {"lift", tag.lift},
                             {"probability", tag.probability}});
  }
  for (const auto item : card.best) {
    Json best{{"item", catalogue.id(item)}};
    if (!catalogue.title(item).empty()) {
      best["title"] = catalogue.title(item);
    }
    entry["best"].push_back(best);
  }
  for (const auto& like : card.like) {
    entry["like"].push_back({{"user", like.user_id}, {"persona", like.persona + 1}, {"similarity", like.similarity}});
  }
  return entry;
}

}  // namespace

std::string cards_as_text(const Catalogue& catalogue, const UserCards& cards, const Page& page) {
  auto text = as_heading(clipped(fmt::format("User {}: {} items of history, {:.1f} of {} personas in use",
                                             cards.user_id, cards.history, cards.effective, cards.card.size()),
                                 page.columns),
                         page) +
              "\n";
  for (std::size_t k = 0; k < cards.card.size(); ++k) {
    const auto& card = cards.card[k];
    const auto title = fmt::format("persona {}", k + 1);
    const auto facts = clipped(fmt::format(": {}, {} item{}, {:.0f} % of the history", card.name, card.claimed,
                                           card.claimed == 1 ? "" : "s", 100.0 * share_of(card, cards)),
                               page.columns - title.size());
    text += "\n" + in_colour_of(k, title, page) + facts + "\n";
    text += line_of("tags", tag_texts(card), page) + line_of("best", labels(catalogue, card), page) +
            line_of("like", like_texts(card), page);
    if (!card.same.empty()) {
      text += clipped(fmt::format("  same   as persona {}: half of their {} best items or more are the same",
                                  fmt::join(from_one(card.same), ", "), kDuplicateLength),
                      page.columns) +
              "\n";
    }
  }
  return text;
}

std::string cards_as_json(const Catalogue& catalogue, const std::vector<UserCards>& cards) {
  auto users = Json::array();
  for (const auto& user : cards) {
    auto personas = Json::array();
    for (std::size_t k = 0; k < user.card.size(); ++k) {
      personas.push_back(card_json(catalogue, user.card[k], k, user));
    }
    users.push_back({{"user", user.user_id},
                     {"history", user.history},
                     {"effective_personas", user.effective},
                     {"personas", personas}});
  }
  return users.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string cards_as_csv(const Catalogue& catalogue, const std::vector<UserCards>& cards) {
  std::string text = "user,persona,name,claimed,share,tags,best,same\n";
  for (const auto& user : cards) {
    for (std::size_t k = 0; k < user.card.size(); ++k) {
      const auto& card = user.card[k];
      std::vector<std::string> tags;
      std::vector<std::string> best;
      for (const auto& tag : card.tags) {
        tags.push_back(tag.tag);
      }
      for (const auto item : card.best) {
        best.push_back(catalogue.id(item));
      }
      text += fmt::format("{},{},{},{},{:.4f},{},{},{}\n", csv_field(user.user_id), k + 1, csv_field(card.name),
                          card.claimed, share_of(card, user), csv_field(fmt::format("{}", fmt::join(tags, "|"))),
                          csv_field(fmt::format("{}", fmt::join(best, "|"))), fmt::join(from_one(card.same), "|"));
    }
  }
  return text;
}

}  // namespace ampcf::recommendation
