#pragma once

#include "ampcf/recommendation/enrichment.hpp"
#include "ampcf/recommendation/recommender.hpp"

#include <string>
#include <vector>

namespace ampcf::recommendation {

struct Page;

/// Personas are duplicates where at least half of their kDuplicateLength best items are the same.
inline constexpr std::size_t kDuplicateLength = 50;

/// Another user's persona and its likeness (cosine).
struct LikePersona {
  std::string user_id;
  std::size_t persona = 0;
  float similarity = 0.0F;
};

/// What there is to read of one persona.
struct PersonaCard {
  std::string name;               // made of the tags that stand out; says so where none does
  std::uint64_t claimed = 0;      // items of the history on which its attention is the highest
  std::vector<TagFinding> tags;   // that stand out in what it claims
  std::vector<ItemIndex> best;    // by this persona alone, of what could be recommended
  std::vector<LikePersona> like;  // of other users, the most alike first; empty where it claims nothing
  std::vector<std::size_t> same;  // duplicates among the user's other personas
};

struct UserCards {
  std::string user_id;
  std::uint64_t history = 0;      // items
  double effective = 0.0;         // number of personas in use: e to the entropy of the shares of the history
  std::vector<PersonaCard> card;  // (r)
};

/// e to the entropy of shares: as many as there are where all are equal, 1 where one has everything, 0 of nothing.
[[nodiscard]] double effective_number(const std::vector<std::uint64_t>& counts);

/// A name out of what stands out: "Horror & Thriller".
[[nodiscard]] std::string name_of(const std::vector<TagFinding>& tags, std::uint64_t claimed);

/// Makes cards of single users.
class CardMaker {
 public:
  /// `best` items and `like` personas to each card.
  CardMaker(Recommender& recommender, const checkpoint::ModelFile& model, std::size_t best, std::size_t like);

  [[nodiscard]] UserCards make(const Profile& profile, std::span<const ItemIndex> left_out);

 private:
  void find_like(const Profile& profile, UserCards& cards) const;

  Recommender& recommender_;
  Enrichment enrichment_;
  model::Personas<float> personas_;  // of all users
  std::size_t best_;
  std::size_t like_;
};

[[nodiscard]] std::string cards_as_text(const Catalogue& catalogue, const UserCards& cards, const Page& page);
[[nodiscard]] std::string cards_as_json(const Catalogue& catalogue, const std::vector<UserCards>& cards);
/// A row for each persona.
[[nodiscard]] std::string cards_as_csv(const Catalogue& catalogue, const std::vector<UserCards>& cards);

}  // namespace ampcf::recommendation
