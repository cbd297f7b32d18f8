#pragma once

#include "ampcf/recommendation/cards.hpp"
#include "report/input/subjects.hpp"
#include "report/options.hpp"

#include <optional>
#include <string>
#include <vector>

namespace ampcf::report {

/// An item as a portrait shows it.
struct PortrayedItem {
  std::string title;  // the raw id where there is no title
  std::string tags;   // A|B, or empty
  std::size_t persona = 0;
  std::vector<double> attention{};  // (r)
  bool is_held_out = false;
  std::size_t final_rank = 0;                   // from 1 in the final list; 0: not in it
  std::optional<std::uint64_t> rank_without{};  // in the final list alone: had the user not this persona
};

/// A persona of a user (figure 2 of the paper).
struct PortrayedPersona {
  std::size_t consumed = 0;               // items of the history that it has the highest attention on
  std::vector<PortrayedItem> history{};   // the first of them, the strongest attention first
  std::vector<PortrayedItem> own_list{};  // what it would recommend alone
  std::string name{};                     // made of the tags that stand out in what it claims; empty without tags
  std::vector<recommendation::TagFinding> tags{};
  std::optional<recommendation::LikePersona> like{};  // another user's, the most alike
  std::vector<std::size_t> same{};                    // this user's others that would recommend much the same
};

/// A taste's part in what a user consumed and is recommended.
struct TasteShare {
  double history = 0.0;
  double recommended = 0.0;
  std::string example;  // the item nearest to the taste
};

struct TastePortrait {
  std::vector<TasteShare> tastes;  // those nearest to the history first
  double jensen_shannon = 0.0;
  double hellinger = 0.0;
};

struct Portrait {
  std::string user;
  std::size_t consumed = 0;
  double in_use = 0.0;  // effective number of personas, by what they claim
  std::vector<PortrayedPersona> personas{};
  std::vector<PortrayedItem> final_list{};
  std::optional<TastePortrait> tastes{};
};

/// Portrays the users of the options. Taste distributions come from the first metrics with a taste space. Throws
/// UsageError for an unknown user, or where data, model and metrics do not belong together.
[[nodiscard]] std::vector<Portrait> portray(const ReportOptions& options, const std::vector<Subject>& subjects);

}  // namespace ampcf::report
