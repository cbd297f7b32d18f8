#include "ampcf/evaluation/planted.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/evaluation/explanations/naming.hpp"

#include <algorithm>
#include <limits>
#include <map>

namespace ampcf::evaluation {

namespace {

using Taste = std::int64_t;
using TasteCounts = std::map<Taste, std::uint64_t>;

constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();

// The taste with the highest count, the smallest of several; -1 where nothing was counted.
Taste most_frequent(const TasteCounts& counts) {
  const auto most =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == counts.end() ? -1 : most->first;
}

// What the generator knows of a range of users.
struct Truth {
  std::vector<Taste> taste;                       // (n_items)
  std::vector<std::int64_t> interaction_persona;  // of these users' training items; empty where the file lacks it
  std::vector<bool> has_several;                  // (n) two or more personas

  Truth(const dataset::Dataset& data, const dataset::Interactions& train) {
    taste = data.file().read<Taste>("/truth/item_taste");
    if (taste.size() != data.item_count()) {
      throw DataError("{}: /truth/item_taste has {} entries, expected {} as items", data.path().string(), taste.size(),
                      data.item_count());
    }
    read_personas(data, train.users);
    if (data.file().contains("/truth/interaction_persona")) {
      data.file().expect_shape("/truth/interaction_persona", {data.interaction_count()});
      interaction_persona.resize(train.item.size());
      data.file().read_rows("/truth/interaction_persona", train.first_position,
                            std::span<std::int64_t>(interaction_persona));
    }
  }

 private:
  void read_personas(const dataset::Dataset& data, UserRange users) {
    const auto shape = data.file().shape("/truth/user_persona");
    if (shape.size() != 2 || shape[0] != data.user_count()) {
      throw DataError("{}: /truth/user_persona has no row for each of the {} users", data.path().string(),
                      data.user_count());
    }
    std::vector<std::int64_t> personas(users.count() * shape[1]);
    data.file().read_rows("/truth/user_persona", users.first, std::span<std::int64_t>(personas));
    for (std::uint64_t user = 0; user < users.count(); ++user) {
      has_several.push_back(shape[1] > 1 && personas[user * shape[1] + 1] >= 0);
    }
  }
};

// The columns of one user's row.
class PlantedMeasurer {
 public:
  PlantedMeasurer(const Truth& truth, Naming& naming, UserMeasures& own) : truth_(truth), naming_(naming) {
    const auto first = own.columns.size();
    for (const char* name :
         {"attention_names_taste", "truth_names_taste", "several_attention", "several_majority", "claims_of_taste"}) {
      own.columns.push_back({"planted", name, std::vector<double>(own.user_count(), kNotMeasured)});
    }
    column_ = own.columns.begin() + static_cast<std::ptrdiff_t>(first);
  }

  void measure(std::uint64_t user, std::span<const ItemIndex> train, std::size_t first_position, ItemIndex positive) {
    const auto wanted = truth_.taste[positive];
    std::vector<TasteCounts> claimed(naming_.persona_count());
    std::map<std::int64_t, TasteCounts> planted;
    TasteCounts all;
    for (std::size_t i = 0; i < train.size(); ++i) {
      const auto taste = truth_.taste[train[i]];
      ++claimed[naming_.of(train[i]).persona][taste];
      ++all[taste];
      if (!truth_.interaction_persona.empty()) {
        ++planted[truth_.interaction_persona[first_position + i]][taste];
      }
    }
    const double is_right = most_frequent(claimed[naming_.of(positive).persona]) == wanted ? 1.0 : 0.0;
    set(0, user, is_right);
    if (!truth_.interaction_persona.empty()) {
      const auto names_it = [&](const auto& of_persona) { return most_frequent(of_persona.second) == wanted; };
      set(1, user, std::any_of(planted.begin(), planted.end(), names_it) ? 1.0 : 0.0);
    }
    if (truth_.has_several[user]) {
      set(2, user, is_right);
      set(3, user, most_frequent(all) == wanted ? 1.0 : 0.0);
    }
    if (!train.empty()) {
      set(4, user, purity(claimed, train.size()));
    }
  }

 private:
  void set(std::ptrdiff_t column, std::uint64_t user, double value) { column_[column].value[user] = value; }

  // The share of the items that are of the taste which names the persona that claims them.
  static double purity(const std::vector<TasteCounts>& claimed, std::size_t items) {
    std::uint64_t pure = 0;
    for (const auto& counts : claimed) {
      pure += counts.empty() ? 0 : counts.at(most_frequent(counts));
    }
    return static_cast<double>(pure) / static_cast<double>(items);
  }

  const Truth& truth_;
  Naming& naming_;
  std::vector<Column>::iterator column_;
};

}  // namespace

void measure_planted(const dataset::Dataset& data, const checkpoint::ModelFile& model, const Cases& cases,
                     const MeasureRules& rules, UserMeasures& own) {
  if (!data.file().contains("/truth/item_taste") || !data.file().contains("/truth/user_persona")) {
    return;
  }
  const auto shared = model.shared();
  Naming naming(shared);
  const auto personas = model.personas(cases.users);
  const auto train = data.interactions(cases.users);
  const Truth truth(data, train);
  PlantedMeasurer measurer(truth, naming, own);
  for (const auto index : rules.asked_in(cases.users)) {
    const auto user = index - cases.users.first;
    if (cases.positive[user] >= 0) {
      naming.set_user(personas.of(user));
      measurer.measure(user, train.of(user), train.indptr[user], static_cast<ItemIndex>(cases.positive[user]));
    }
  }
}

}  // namespace ampcf::evaluation
