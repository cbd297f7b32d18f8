#include "ampcf/evaluation/explanations/explanations.hpp"

#include "ampcf/evaluation/explanations/counterfactuals.hpp"
#include "ampcf/evaluation/explanations/matching.hpp"
#include "ampcf/evaluation/explanations/naming.hpp"
#include "ampcf/evaluation/explanations/simulation.hpp"
#include "ampcf/kernels/exponential.hpp"

#include <algorithm>
#include <limits>
#include <numbers>
#include <optional>
#include <stdexcept>

namespace ampcf::evaluation {

namespace {

constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();

// Doublings of the rank from one place to a later one; negative to an earlier one.
double doublings(double from, double to) { return kernels::logarithm((to + 1.0) / (from + 1.0)) / std::numbers::ln2; }

// A mean that may have nothing in it.
class Mean {
 public:
  void add(double value) {
    total_ += value;
    ++count_;
  }
  [[nodiscard]] double value() const { return count_ == 0 ? kNotMeasured : total_ / static_cast<double>(count_); }

 private:
  double total_ = 0.0;
  std::uint64_t count_ = 0;
};

// The mean over personas other than `left_out` for which `is_counted`.
template <typename Filter, typename Value>
double mean_of_others(std::size_t personas, std::size_t left_out, const Filter& is_counted, const Value& value) {
  Mean mean;
  for (std::size_t k = 0; k < personas; ++k) {
    if (k != left_out && is_counted(k)) {
      mean.add(value(k));
    }
  }
  return mean.value();
}

// What one user's history says: the personas named for the training items.
struct Claims {
  std::vector<Named> names;          // of the training items
  std::vector<std::uint64_t> count;  // (r)

  [[nodiscard]] bool has_choice() const {
    return std::count_if(count.begin(), count.end(), [](auto number) { return number > 0; }) > 1;
  }
};

Claims claims_of(Naming& naming, std::span<const ItemIndex> train) {
  Claims claims{naming.of(train), {}};
  claims.count = counts_of(claims.names, naming.persona_count());
  return claims;
}

// The other training's personas of the same users.
struct OtherModel {
  model::SharedParameters<float> shared;
  model::Personas<float> personas;
  Naming naming;

  OtherModel(const checkpoint::ModelFile& file, UserRange users)
      : shared(file.shared()), personas(file.personas(users)), naming(shared) {}
};

class ExplanationMeasurer {
 public:
  ExplanationMeasurer(const ExplanationInput& input, UserMeasures& own)
      : input_(input),
        own_(own),
        length_(explained_length(input.rules)),
        shared_(input.model.shared()),
        personas_(input.model.personas(input.cases.users)),
        naming_(shared_),
        counterfactuals_(shared_) {
    if (input.other != nullptr) {
      other_.emplace(*input.other, input.cases.users);
    }
    add_columns();
  }

  void measure(std::uint64_t user) {
    user_ = user;
    const auto positive = input_.cases.positive[user];
    if (positive == kNoItem && !input_.rules.is_everyone_averaged) {
      return;
    }
    naming_.set_user(personas_.of(user));
    const auto train = input_.consumed.train().of(user);
    const auto claims = claims_of(naming_, train);
    const auto items = list();
    const auto names = naming_.of(items);
    set("personas_in_use", effective_number_of(claims.count));
    if (!items.empty()) {
      measure_names(names);
      measure_counterfactuals(items, names, claims);
    }
    if (positive >= 0 && claims.has_choice()) {
      measure_simulation(train, claims, static_cast<ItemIndex>(positive));
    }
    if (other_) {
      measure_stability(train, claims, items, names);
    }
  }

 private:
  void add_columns() {
    const auto add = [&](const std::string& name) {
      own_.columns.push_back({"explanations", name, std::vector<double>(own_.user_count(), kNotMeasured)});
    };
    add("personas_in_use");
    for (const char* name : {"named", "attention", "deletion", "deletion_other", "deletion_over_rival", "strongest",
                             "lost", "lost_other", "kept", "kept_other"}) {
      add(at_length(name));
    }
    for (const char* name : {"simulated", "simulated_constant", "simulated_gain"}) {
      add(name);
    }
    if (other_) {
      for (const char* name : {"stable", "stable_chance", "stable_gain"}) {
        add(at_length(name));
      }
      add("claims_rand");
    }
  }

  [[nodiscard]] std::string at_length(const char* name) const { return fmt::format("{}@{}", name, length_); }

  void set(const std::string& name, double value) {
    const auto column = std::find_if(own_.columns.begin(), own_.columns.end(), [&](const Column& candidate) {
      return candidate.group == "explanations" && candidate.name == name;
    });
    if (column == own_.columns.end()) {
      throw std::logic_error("no column " + name);
    }
    column->value[user_] = value;
  }

  [[nodiscard]] std::span<const ItemIndex> list() const {
    const auto row = std::span<const ItemIndex>(own_.list).subspan(user_ * kListLength, length_);
    const auto end = std::find(row.begin(), row.end(), kNoCandidate);
    return row.first(static_cast<std::size_t>(end - row.begin()));
  }

  void measure_names(std::span<const Named> names) {
    Mean attention;
    for (const auto& name : names) {
      attention.add(static_cast<double>(name.attention));
    }
    set(at_length("named"), effective_number_of(counts_of(names, naming_.persona_count())));
    set(at_length("attention"), attention.value());
  }

  void measure_counterfactuals(std::span<const ItemIndex> items, std::span<const Named> names, const Claims& claims) {
    const auto r = naming_.persona_count();
    const auto ranks = counterfactuals_.of(personas_.of(user_), items, input_.consumed.of(user_));
    const auto length = static_cast<double>(length_);
    const auto any = [](std::size_t) { return true; };
    const auto is_in_use = [&](std::size_t k) { return claims.count[k] > 0; };
    Mean deletion, deletion_other, over_rival, strongest, lost, lost_other, kept, kept_other;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const auto named = names[i].persona;
      const auto& rank = ranks[i];
      const auto fall = [&](std::size_t k) { return doublings(rank.whole, rank.without[k]); };
      const auto leaves = [&](std::size_t k) { return rank.without[k] >= length ? 1.0 : 0.0; };
      const auto stays = [&](std::size_t k) { return rank.alone[k] < length ? 1.0 : 0.0; };
      deletion.add(fall(named));
      deletion_other.add(mean_of_others(r, named, any, fall));
      lost.add(leaves(named));
      lost_other.add(mean_of_others(r, named, any, leaves));
      kept.add(stays(named));
      kept_other.add(mean_of_others(r, named, any, stays));
      strongest.add(share_of_strongest(rank.without, named));
      const double rival = mean_of_others(r, named, is_in_use, fall);
      if (rival == rival) {  // there is a rival
        over_rival.add(fall(named) - rival);
      }
    }
    set(at_length("deletion"), deletion.value());
    set(at_length("deletion_other"), deletion_other.value());
    set(at_length("deletion_over_rival"), over_rival.value());
    set(at_length("strongest"), strongest.value());
    set(at_length("lost"), lost.value());
    set(at_length("lost_other"), lost_other.value());
    set(at_length("kept"), kept.value());
    set(at_length("kept_other"), kept_other.value());
  }

  // 1 where no other persona's removal costs the item more, parted among those that cost as much.
  static double share_of_strongest(const std::vector<double>& without, std::size_t named) {
    const double worst = *std::max_element(without.begin(), without.end());
    return without[named] < worst ? 0.0 : 1.0 / static_cast<double>(std::count(without.begin(), without.end(), worst));
  }

  void measure_simulation(std::span<const ItemIndex> train, const Claims& claims, ItemIndex positive) {
    const auto* const facts = input_.rules.facts;
    if (facts == nullptr || facts->directions.size() == 0) {
      return;
    }
    const auto named = naming_.of(positive).persona;
    const auto most = std::max_element(claims.count.begin(), claims.count.end()) - claims.count.begin();
    const double simulated = simulated_persona(facts->directions, train, claims.names, positive) == named ? 1.0 : 0.0;
    const double constant = static_cast<std::size_t>(most) == named ? 1.0 : 0.0;
    set("simulated", simulated);
    set("simulated_constant", constant);
    set("simulated_gain", simulated - constant);
  }

  void measure_stability(std::span<const ItemIndex> train, const Claims& claims, std::span<const ItemIndex> items,
                         std::span<const Named> names) {
    auto& naming = other_->naming;
    naming.set_user(other_->personas.of(user_));
    const auto other_claims = claims_of(naming, train);
    if (!claims.has_choice() && !other_claims.has_choice()) {
      return;
    }
    ClaimTable table(claims.count.size(), other_claims.count.size());
    for (std::size_t i = 0; i < train.size(); ++i) {
      ++table.at(claims.names[i].persona, other_claims.names[i].persona);
    }
    set("claims_rand", adjusted_rand(table));
    if (!items.empty()) {
      measure_agreement(best_partners(table), names, naming.of(items));
    }
  }

  void measure_agreement(const std::vector<std::size_t>& partner, std::span<const Named> names,
                         std::span<const Named> other_names) {
    Mean agreement;
    for (std::size_t i = 0; i < names.size(); ++i) {
      agreement.add(partner[names[i].persona] == other_names[i].persona ? 1.0 : 0.0);
    }
    const auto own = counts_of(names, naming_.persona_count());
    const auto others = counts_of(other_names, other_->naming.persona_count());
    double chance = 0.0;  // were the two to name independently, each as often as it does
    for (std::size_t k = 0; k < own.size(); ++k) {
      chance += partner[k] == kNoPartner ? 0.0 : static_cast<double>(own[k]) * static_cast<double>(others[partner[k]]);
    }
    chance /= static_cast<double>(names.size()) * static_cast<double>(names.size());
    set(at_length("stable"), agreement.value());
    set(at_length("stable_chance"), chance);
    set(at_length("stable_gain"), agreement.value() - chance);
  }

  const ExplanationInput& input_;
  UserMeasures& own_;
  std::size_t length_;
  model::SharedParameters<float> shared_;
  model::Personas<float> personas_;
  Naming naming_;
  Counterfactuals counterfactuals_;
  std::optional<OtherModel> other_;
  std::uint64_t user_ = 0;
};

}  // namespace

std::size_t explained_length(const MeasureRules& rules) {
  return std::min<std::size_t>(rules.cutoffs.front(), kListLength);
}

void measure_explanations(const ExplanationInput& input, UserMeasures& own) {
  ExplanationMeasurer measurer(input, own);
  for (const auto user : input.rules.asked_in(input.cases.users)) {
    measurer.measure(user - input.cases.users.first);
  }
}

}  // namespace ampcf::evaluation
