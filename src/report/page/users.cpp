#include "report/page/sections.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ampcf::report {

namespace {

constexpr double kWorthNaming = 0.1;  // attention below it is not shown beside the strongest
constexpr std::size_t kMostTags = 4;

std::string percent(double share) { return fmt::format("{:.0f} %", 100.0 * share); }

// Point and number in the persona's colour: number and shape tell it without colour.
Html badge(std::size_t persona) {
  Html content = element("span", text(glyph(persona)), {{"aria-hidden", "true"}});
  content << Html::markup("<span class=\"quiet-label\">persona</span>") << text(fmt::format(" {}", persona + 1));
  return element("span", content, {{"class", fmt::format("mark s{}", persona % kLooks)}});
}

Html tags(const std::string& tags) {
  std::string some;
  std::size_t begin = 0;
  for (std::size_t count = 0; count < kMostTags && begin < tags.size(); ++count) {
    const auto end = std::min(tags.find('|', begin), tags.size());
    some += (count == 0 ? "" : ", ") + tags.substr(begin, end - begin);
    begin = end + 1;
  }
  return some.empty() ? Html() : element("small", name(some));
}

Html title(const PortrayedItem& item) {
  Html content = element("span", name(item.title), {{"class", "title"}});
  content << Html::markup(" ") << tags(item.tags);
  if (item.is_held_out) {
    content << Html::markup(" ") << element("em", text("held out: consumed in truth"));
  }
  return content;
}

// "● 1 87 %  ■ 2 12 %", the strongest first.
Html attention(const PortrayedItem& item) {
  std::vector<std::size_t> order{item.persona};
  for (std::size_t k = 0; k < item.attention.size(); ++k) {
    if (k != item.persona && item.attention[k] >= kWorthNaming) {
      order.push_back(k);
    }
  }
  std::stable_sort(order.begin() + 1, order.end(),
                   [&](std::size_t a, std::size_t b) { return item.attention[a] > item.attention[b]; });
  Html content;
  for (const auto k : order) {
    content << element("span", badge(k) << text(" " + percent(item.attention[k])), {{"class", "share"}})
            << Html::markup(" ");
  }
  return content;
}

// What would become of an item of the final list without the persona that answers for it.
Html counterfactual(const PortrayedItem& item) {
  if (!item.rank_without) {
    return {};
  }
  const auto words =
      fmt::format("without persona {}: no. {}", item.persona + 1, grouped(static_cast<double>(*item.rank_without)));
  return element("span", text(words), {{"class", "share"}});
}

enum class List { history, own, final };

// What stands behind an item's title.
Html remark(const PortrayedItem& item, List kind) {
  const auto place = [](const std::string& words) { return element("small", text(words), {{"class", "place"}}); };
  switch (kind) {
    case List::history:
      return place(percent(item.attention[item.persona]));
    case List::own:
      return item.final_rank == 0 ? Html() : place(fmt::format("no. {} of the final list", item.final_rank));
    case List::final:
      return element("span", attention(item) << counterfactual(item), {{"class", "attention"}});
  }
  return {};
}

// Only the final list is in order of several personas, so only its items say whose they are.
Html list(const std::vector<PortrayedItem>& items, List kind) {
  Html content;
  for (const auto& item : items) {
    Html entry = title(item);
    entry << Html::markup(" ") << remark(item, kind);
    Attributes attributes;
    if (kind == List::final) {
      attributes.emplace_back("class", fmt::format("edge p{}", item.persona % kLooks));
    }
    content << element("li", entry, attributes);
  }
  return element(kind == List::history ? "ul" : "ol", content);
}

// "Crime 2.4 times (36 of 113, p < 0.0001)": what stands out in what a persona claims.
Html findings(const PortrayedPersona& persona) {
  Html content;
  for (std::size_t i = 0; i < std::min(kMostTags, persona.tags.size()); ++i) {
    const auto& tag = persona.tags[i];
    content << text(i == 0 ? "" : "; ") << name(tag.tag)
            << text(fmt::format(" {:.1f} times ({} of {}, p {}{})", tag.lift, tag.items, persona.consumed,
                                tag.probability < 0.0001 ? "" : "= ", probability(tag.probability)));
  }
  return content;
}

// What the card of a persona says beside its lists.
Html card(const PortrayedPersona& persona) {
  Html content = findings(persona);
  const auto add = [&](const Html& sentence) {
    content << (content.empty() ? Html() : Html::markup("<br>")) << sentence;
  };
  if (persona.like) {
    Html like = text(fmt::format("Most like persona {} of user ", persona.like->persona + 1));
    add(like << name(persona.like->user_id) << text(fmt::format(", cosine {:.2f}", persona.like->similarity)));
  }
  for (const auto other : persona.same) {
    add(text(fmt::format("Would recommend much the same as persona {}", other + 1)));
  }
  return content.empty() ? content : element("p", content, {{"class", "quiet"}});
}

// One that claims nothing of the history: its list folds away.
Html unused_persona(const PortrayedPersona& persona, const Html& heading, std::size_t k) {
  Html details = Html::markup("<summary>Unused by this user. What it would recommend alone</summary>");
  details << list(persona.own_list, List::own);
  return element("div", element("h4", heading) << element("details", details),
                 {{"class", fmt::format("persona edge p{}", k % kLooks)}});
}

Html persona(const Portrait& portrait, std::size_t k) {
  const auto& persona = portrait.personas[k];
  const double share =
      portrait.consumed == 0 ? 0.0 : static_cast<double>(persona.consumed) / static_cast<double>(portrait.consumed);
  Html heading = badge(k);
  heading << element(
      "span", text(fmt::format("{} of {} consumed items, {}", persona.consumed, portrait.consumed, percent(share))),
      {{"class", "quiet"}});
  if (!persona.name.empty() && persona.consumed > 0) {
    heading << element("span", name(persona.name), {{"class", "title"}});
  }
  if (persona.history.empty()) {
    return unused_persona(persona, heading, k);
  }
  Html history = element("h5", text("Consumed, attention"));
  history << list(persona.history, List::history);
  if (persona.consumed > persona.history.size()) {
    history << element("p", text(fmt::format("and {} more", persona.consumed - persona.history.size())),
                       {{"class", "quiet"}});
  }
  Html own = element("h5", text("Would recommend alone"));
  own << list(persona.own_list, List::own);
  Html columns = element("div", history) << element("div", own);
  return element("div", element("h4", heading) << card(persona) << element("div", columns, {{"class", "halves"}}),
                 {{"class", fmt::format("persona edge p{}", k % kLooks)}});
}

// In looks that few personas have.
Html taste_figure(const TastePortrait& tastes, Sketchbook& sketchbook) {
  Chart chart{.title = "Tastes consumed and recommended", .x_label = "taste, the history's nearest first"};
  Series history{"consumed", 7, Mark::line};
  Series recommended{"recommended", 4, Mark::line};
  for (std::size_t i = 0; i < tastes.tastes.size(); ++i) {
    const auto place = static_cast<double>(i + 1);
    history.x.push_back(place);
    history.y.push_back(100.0 * tastes.tastes[i].history);
    recommended.x.push_back(place);
    recommended.y.push_back(100.0 * tastes.tastes[i].recommended);
  }
  chart.series = {history, recommended};
  const auto note = fmt::format("in % of the distribution; distance: Hellinger {:.4f}, Jensen-Shannon {:.4f}",
                                tastes.hellinger, tastes.jensen_shannon);
  Table table{text("By the paper's definition a share grows with the distance from a taste: the first tastes are the "
                   "user's own"),
              {text("taste: the item nearest to it"), text("consumed, %"), text("recommended, %")},
              {}};
  for (const auto& taste : tastes.tastes) {
    table.rows.push_back({name(taste.example), text(fmt::format("{:.3f}", 100.0 * taste.history)),
                          text(fmt::format("{:.3f}", 100.0 * taste.recommended))});
  }
  return sketchbook.figure(chart, note, table);
}

Html figure_two(const Portrait& portrait, Sketchbook& sketchbook) {
  Html personas =
      element("h4", text(fmt::format("Personas: {:.1f} of {} in use", portrait.in_use, portrait.personas.size())),
              {{"class", "over"}});
  for (std::size_t k = 0; k < portrait.personas.size(); ++k) {
    personas << persona(portrait, k);
  }
  Html final_list = element("h4", text("Recommended"), {{"class", "over"}});
  final_list << element("p",
                        text("The personas' mixture, with the attention of each on an item (from 10 %), and where "
                             "the item would stand if the user had not the first of them."),
                        {{"class", "quiet"}})
             << list(portrait.final_list, List::final);
  if (portrait.tastes) {
    final_list << taste_figure(*portrait.tastes, sketchbook);
  }
  return element("div", element("div", personas) << element("div", final_list, {{"class", "final"}}),
                 {{"class", "portrait"}});
}

}  // namespace

Section users_section(const std::vector<Portrait>& portraits, Sketchbook& sketchbook) {
  if (portraits.empty()) {
    return {};
  }
  Html content = paragraph(
      "What a user consumed belongs to the persona with the highest attention on it; its name is made of the tags that "
      "stand out there. Each persona would recommend a list of its own; the final list mixes them, item by item. Shape "
      "and number name a persona, colour and hatching repeat it.");
  for (const auto& portrait : portraits) {
    Html heading = text("User ");
    heading << name(portrait.user);
    Html user = element("h3", heading);
    user << figure_two(portrait, sketchbook);
    content << element("article", user);
  }
  if (!portraits.front().tastes) {
    content << paragraph("No taste distributions: none of the metrics has a taste space.");
  }
  return {"users", "Users and their personas", content};
}

}  // namespace ampcf::report
