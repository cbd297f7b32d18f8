#include "ampcf/recommendation/output.hpp"
#include "recommendation/page.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ampcf::recommendation {

namespace {

constexpr std::size_t kWidestTitle = 48;
constexpr std::size_t kNumberColumns = 48;  // rank, score, persona, attention, rank without, and the gaps between
constexpr float kHalf = 0.5F;

std::size_t title_columns(const Page& page) {
  return std::clamp<std::size_t>(page.columns - std::min(page.columns, kNumberColumns), 8, kWidestTitle);
}

std::string line(const std::string& text, const Page& page) { return clipped(text, page.columns) + "\n"; }

std::string head(const Page& page) {
  return as_heading(
             fmt::format("rank  {}   score  persona  attention  rank without", fitted("item", title_columns(page))),
             page) +
         "\n";
}

std::string item_row(const Catalogue& catalogue, const ExplainedItem& item, std::size_t rank, const Page& page) {
  std::string marks;
  marks += item.attention[item.persona] < kHalf ? '~' : ' ';
  marks += item.is_held_out ? '*' : item.is_consumed ? '+' : ' ';
  auto row = fmt::format(
      "{:>4}  {} {:>7.3f}  {}  {:>8.2f}{}  {:>11}", rank, fitted(catalogue.label(item.item), title_columns(page)),
      item.score, in_colour_of(item.persona, fmt::format("{:>7}", item.persona + 1), page),
      item.attention[item.persona], marks, item.rank_without ? fmt::format("{}", *item.rank_without) : "-");
  return row + "\n";
}

std::string reasons(const Catalogue& catalogue, const ExplainedItem& item, const Page& page) {
  if (item.nearest.empty()) {
    return "";
  }
  std::string titles;
  for (const auto& neighbour : item.nearest) {
    titles += (titles.empty() ? "" : "; ") + catalogue.label(neighbour.item);
  }
  return line("      near " + titles, page);
}

std::string legend(const Recommendation& recommendation, const Page& page) {
  const auto any = [&](auto&& is_so) {
    return std::any_of(recommendation.items.begin(), recommendation.items.end(), is_so);
  };
  std::string text = "\n";
  if (any([](const auto& item) { return item.rank_without.has_value(); })) {
    text += line("rank without: the item's rank if the user had not this persona", page);
  }
  if (any([](const auto& item) { return !item.nearest.empty(); })) {
    text += line("near: what is most like it in the history that this persona answers for", page);
  }
  if (any([](const auto& item) { return item.attention[item.persona] < kHalf; })) {
    text += line("~  no persona has half of the attention: several speak for this item", page);
  }
  if (any([](const auto& item) { return item.is_held_out; })) {
    text += line("*  the user's held-out test item, which the model has not seen", page);
  }
  if (any([](const auto& item) { return item.is_consumed; })) {
    text += line("+  in the user's history", page);
  }
  return text.size() > 1 ? text : "";
}

std::string history_text(const Catalogue& catalogue, const Recommendation& recommendation, std::size_t most,
                         const Page& page) {
  const auto& history = recommendation.history;
  auto text =
      "\n" + line(fmt::format("History of {} items, by the persona that answers for each:", history.size()), page);
  const auto personas = history.empty() ? 0 : history.front().attention.size();
  for (std::size_t persona = 0; persona < personas; ++persona) {
    const auto is_claimed = [&](const ExplainedItem& item) { return item.persona == persona; };
    const auto first = std::find_if(history.begin(), history.end(), is_claimed);
    const auto count = static_cast<std::size_t>(std::count_if(history.begin(), history.end(), is_claimed));
    text += "\n  " + in_colour_of(persona, fmt::format("persona {}", persona + 1), page) +
            fmt::format(": {} item{}, {:.0f} % of the history\n", count, count == 1 ? "" : "s",
                        100.0 * static_cast<double>(count) / static_cast<double>(history.size()));
    for (std::size_t i = 0; i < std::min(count, most); ++i) {
      const auto& item = first[static_cast<std::ptrdiff_t>(i)];
      text += line(fmt::format("    {:.2f}  {}", item.attention[persona], catalogue.label(item.item)), page);
    }
    text += count > most && most > 0 ? fmt::format("          and {} more\n", count - most) : "";
  }
  return text;
}

}  // namespace

std::string as_text(const Catalogue& catalogue, const Recommendation& recommendation, std::size_t history_items,
                    const Page& page) {
  auto text = as_heading(clipped(fmt::format("User {}", recommendation.user_id), page.columns), page) + "\n";
  text += line(fmt::format("the best {} of {} items", recommendation.items.size(), recommendation.choice), page) + "\n";
  text += head(page);
  for (std::size_t i = 0; i < recommendation.items.size(); ++i) {
    text += item_row(catalogue, recommendation.items[i], i + 1, page);
    text += reasons(catalogue, recommendation.items[i], page);
  }
  return text + legend(recommendation, page) + history_text(catalogue, recommendation, history_items, page);
}

}  // namespace ampcf::recommendation
