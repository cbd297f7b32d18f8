#include "report/page/sections.hpp"

#include <algorithm>
#include <array>

namespace ampcf::report {

namespace {

// A measure of src/evaluation/EXPLANATIONS.md as people say it.
struct SpokenMeasure {
  const char* group;
  const char* name;  // without @K
  const char* words;
};

constexpr std::array kMeasures{
    SpokenMeasure{"explanations", "personas_in_use", "personas in use, by what they claim"},
    SpokenMeasure{"explanations", "named", "personas named in a list"},
    SpokenMeasure{"explanations", "attention", "attention of the named persona"},
    SpokenMeasure{"explanations", "deletion", "deletion: doublings of an item's rank without the named persona"},
    SpokenMeasure{"explanations", "deletion_other", "the same without a random other one"},
    SpokenMeasure{"explanations", "deletion_over_rival", "named less a random other one that is in use"},
    SpokenMeasure{"explanations", "strongest", "share of items for which no other removal costs more"},
    SpokenMeasure{"explanations", "lost", "share of items that leave the list without the named persona"},
    SpokenMeasure{"explanations", "lost_other", "without a random other one"},
    SpokenMeasure{"explanations", "kept", "sufficiency: share of items that stay by the named persona alone"},
    SpokenMeasure{"explanations", "kept_other", "by a random other one alone"},
    SpokenMeasure{"explanations", "simulated", "simulatability: named persona foretold by the nearest claimed item"},
    SpokenMeasure{"explanations", "simulated_constant", "foretold by who claims most"},
    SpokenMeasure{"explanations", "simulated_gain", "difference of the two"},
    SpokenMeasure{"explanations", "stable", "stability: another training names the partner"},
    SpokenMeasure{"explanations", "stable_chance", "by chance"},
    SpokenMeasure{"explanations", "stable_gain", "difference of the two"},
    SpokenMeasure{"explanations", "claims_rand", "adjusted Rand index of the claims of two trainings"},
    SpokenMeasure{"planted", "attention_names_taste", "planted data: attention names the taste of the held-out item"},
    SpokenMeasure{"planted", "truth_names_taste", "the planted personas would"},
    SpokenMeasure{"planted", "several_attention", "users with several planted personas: attention"},
    SpokenMeasure{"planted", "several_majority", "their most frequent taste alone"},
    SpokenMeasure{"planted", "claims_of_taste", "claims that are of the taste that names their persona"},
};

// Of the measure, at whatever K.
const Measured* find(const Subject& subject, const SpokenMeasure& measure) {
  const auto& figures = subject.metrics->figures;
  const std::string name = measure.name;
  const auto found = std::find_if(figures.begin(), figures.end(), [&](const Measured& figure) {
    return figure.group == measure.group && (figure.name == name || figure.name.starts_with(name + "@"));
  });
  return found == figures.end() ? nullptr : &*found;
}

std::vector<const Subject*> explained(const std::vector<Subject>& subjects) {
  auto all = measured(subjects);
  std::erase_if(all, [](const Subject* subject) {
    return std::none_of(kMeasures.begin(), kMeasures.end(),
                        [&](const SpokenMeasure& measure) { return find(*subject, measure) != nullptr; });
  });
  return all;
}

Html measures_table(const std::vector<const Subject*>& subjects) {
  Table table{text("Means over users with bootstrap intervals; K as in metrics.json"), {text("measure")}, {}};
  for (const auto* const subject : subjects) {
    table.head.push_back(marked_name(*subject));
  }
  for (const auto& measure : kMeasures) {
    std::vector<Html> row{text(measure.words)};
    bool is_known = false;
    for (const auto* const subject : subjects) {
      const auto* const figure = find(*subject, measure);
      row.push_back(figure == nullptr ? text("\xE2\x80\x93") : with_interval(*figure));
      is_known = is_known || figure != nullptr;
    }
    if (is_known) {
      table.rows.push_back(std::move(row));
    }
  }
  return report::table(table, "Explanations");
}

// The chart of a measure at the K that the first subject with it has.
Html figure_of(const std::vector<const Subject*>& subjects, const char* name, const char* note,
               Sketchbook& sketchbook) {
  for (const auto* const subject : subjects) {
    if (const auto* const figure = find(*subject, {"explanations", name, ""})) {
      return sketchbook.figure(forest(subjects, "explanations", figure->name), note);
    }
  }
  return {};
}

}  // namespace

Section explanations_section(const std::vector<Subject>& subjects, Sketchbook& sketchbook) {
  const auto all = explained(subjects);
  if (all.empty()) {
    return {};
  }
  const std::vector<Html> figures{
      figure_of(all, "personas_in_use", "1: one persona claims all, and explanations say nothing", sketchbook),
      figure_of(all, "deletion_over_rival", "doublings of the rank; above 0 the named persona matters", sketchbook),
      figure_of(all, "kept", "of the list, by the named persona alone", sketchbook),
      figure_of(all, "simulated_gain", "above 0 the claims foretell which persona is named", sketchbook),
      figure_of(all, "stable_gain", "above 0 another training names the same", sketchbook)};
  Html content = paragraph(
      "An item's explanation is the persona with the highest attention on it. How much its rank depends on that "
      "persona, whether the persona alone would do, whether what it claims foretells what it is named for, and whether "
      "another training says the same. Where nearly all users have one persona in use, deletion is large and means "
      "nothing.");
  content << gallery(figures) << measures_table(all);
  return {"explanations", "Explanations", content};
}

}  // namespace ampcf::report
