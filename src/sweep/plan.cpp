#include "ampcf/sweep/plan.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/random/philox.hpp"

#include <algorithm>
#include <set>

namespace ampcf::sweep {

namespace {

constexpr std::uint64_t kMostTrials = 10000;

// base^exponent, at most `most` + 1.
std::uint64_t power(std::uint64_t base, std::uint64_t exponent, std::uint64_t most) {
  std::uint64_t result = 1;
  for (; exponent > 0 && result <= most; --exponent) {
    result *= base;
  }
  return std::min(result, most + 1);
}

// How many combinations the axes have, at most kMostTrials + 1; nothing where one is continuous.
std::optional<std::uint64_t> combinations(const std::vector<Axis>& axes) {
  std::uint64_t product = 1;
  for (const auto& axis : axes) {
    if (axis.is_continuous()) {
      return std::nullopt;
    }
    product = std::min(product * axis.values.size(), kMostTrials + 1);
  }
  return product;
}

}  // namespace

// What is left of a bracket after its complete rungs.
struct Plan::Bracket {
  std::vector<std::uint64_t> members;
  std::uint64_t rung = 0;
  bool is_over = false;
};

Plan::Plan(const Method& method, std::vector<Axis> axes, std::string base, const std::string& source)
    : method_(method), axes_(std::move(axes)), base_(std::move(base)) {
  training::TrainingOptions common;
  config::OptionTable table("", "", "");
  training::add_options(table, common);
  table.read_ini(base_, source);
  if (common.is_refitted) {
    throw UsageError(
        "--refit in a sweep: trials are judged by the validation items, to which a refit fits; refit the best one, "
        "with --config SWEEP/best/config.ini --refit");
  }
  seed_ = common.seed;
  settle_method(source);
  settle_rungs(common.epochs, source);
  if (method_.name == "grid") {
    make_grid(source);
  } else {
    draw_trials(source);
  }
  for (std::uint64_t trial = 0; trial < trial_count(); ++trial) {
    try {
      static_cast<void>(options_of(trial));
    } catch (const UsageError& error) {
      throw UsageError("{}: trial {} ({}): {}", source, trial + 1, describe(trial), error.what());
    }
  }
}

void Plan::settle_method(const std::string& source) {
  const bool is_grid = method_.name == "grid";
  if (is_grid && method_.trials > 0) {
    throw UsageError("--trials {} with --method grid: a grid has as many as its axes say; expected random or halving",
                     method_.trials);
  }
  if (!is_grid && method_.trials == 0) {
    throw UsageError("--method {} without --trials: expected how many to draw", method_.name);
  }
  if (method_.name != "halving") {
    method_.rungs = 1;
    method_.bracket = 1;
    return;
  }
  if (method_.bracket == 0) {
    method_.bracket = power(method_.eta, method_.rungs - 1, kMostTrials);
  }
  for (const auto& axis : axes_) {
    if (axis.name == "epochs") {
      throw UsageError("{}:{}: epochs cannot be varied by halving, which gives them to trials itself", source,
                       axis.line);
    }
  }
}

void Plan::settle_rungs(std::uint64_t epochs, const std::string& source) {
  rung_epochs_.assign(method_.rungs, std::nullopt);  // the last one ends as a training does
  for (std::uint64_t rung = 0; rung + 1 < method_.rungs; ++rung) {
    rung_epochs_[rung] = epochs / power(method_.eta, method_.rungs - 1 - rung, epochs);
  }
  if (method_.rungs > 1 && rung_epochs_.front() == 0U) {
    throw UsageError("{}: epochs = {} are too few for {} rungs: expected {} or more, so that the first has one", source,
                     epochs, method_.rungs, power(method_.eta, method_.rungs - 1, ~std::uint64_t{0} / 200));
  }
}

void Plan::make_grid(const std::string& source) {
  for (const auto& axis : axes_) {
    if (axis.is_continuous()) {
      throw UsageError("{}:{}: {}: a grid needs single values: expected a list, a range, or 'in N' behind '{}'", source,
                       axis.line, axis.name, axis.text);
    }
  }
  const auto count = *combinations(axes_);
  if (count > kMostTrials) {
    throw UsageError("{}: the grid has more than {} trials: expected fewer values, or --method random", source,
                     kMostTrials);
  }
  for (std::uint64_t trial = 0; trial < count; ++trial) {  // the last axis turns fastest
    std::vector<std::string> values(axes_.size());
    auto rest = trial;
    for (std::size_t axis = axes_.size(); axis-- > 0; rest /= axes_[axis].values.size()) {
      values[axis] = axes_[axis].values[rest % axes_[axis].values.size()];
    }
    trials_.push_back(std::move(values));
  }
}

// A trial that repeats an earlier one is drawn again, with the next words of its own addresses.
void Plan::draw_trials(const std::string& source) {
  if (const auto count = combinations(axes_); count && *count < method_.trials) {
    throw UsageError("{}: the axes have {} combinations, but --trials asks for {}", source, *count, method_.trials);
  }
  constexpr std::uint64_t kMostAttempts = 200000;
  std::set<std::vector<std::string>> drawn;
  for (std::uint64_t trial = 0; trial < method_.trials; ++trial) {
    std::vector<random::Draws> draws;
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
      draws.emplace_back(seed_, random::Stream::sweep_trials, trial, static_cast<std::uint32_t>(axis));
    }
    std::vector<std::string> values(axes_.size());
    std::uint64_t attempts = 0;
    do {
      if (++attempts > kMostAttempts) {
        throw UsageError("{}: the axes have hardly more than {} combinations, but --trials asks for {}", source,
                         drawn.size(), method_.trials);
      }
      for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
        values[axis] = value_at(axes_[axis], draws[axis].next_unit());
      }
    } while (!drawn.insert(values).second);
    trials_.push_back(std::move(values));
  }
}

std::string Plan::describe(std::uint64_t trial) const {
  std::string text;
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    text += fmt::format("{}{} = {}", axis == 0 ? "" : ", ", axes_[axis].name, trials_[trial][axis]);
  }
  return text;
}

training::TrainingOptions Plan::options_of(std::uint64_t trial) const {
  training::TrainingOptions chosen;
  config::OptionTable table("", "", "");
  training::add_options(table, chosen);
  table.read_ini(base_, "the sweep's options");
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    table.read_ini(fmt::format("{} = {}\n", axes_[axis].name, trials_[trial][axis]), "axis");
  }
  training::resolve(chosen, table.is_given("attention-dim"));
  return chosen;
}

std::optional<std::uint64_t> Plan::epochs_of(std::uint64_t rung) const { return rung_epochs_[rung]; }

std::uint64_t Plan::bracket_count() const { return (trial_count() + method_.bracket - 1) / method_.bracket; }

bool Plan::is_in(const Share& share, std::uint64_t trial) const {
  return trial / method_.bracket % share.parts == share.part;
}

Plan::Bracket Plan::bracket(std::uint64_t number, const Results& results) const {
  Bracket bracket;
  const auto first = number * method_.bracket;
  const auto size = std::min(method_.bracket, trial_count() - first);
  for (std::uint64_t trial = first; trial < first + size; ++trial) {
    bracket.members.push_back(trial);
  }
  for (;; ++bracket.rung) {
    const auto is_known = [&](std::uint64_t trial) { return results.contains({trial, bracket.rung}); };
    if (!std::all_of(bracket.members.begin(), bracket.members.end(), is_known)) {
      return bracket;
    }
    const auto most = std::max<std::uint64_t>(1, size / power(method_.eta, bracket.rung + 1, size));
    auto next = best_of(bracket.members, bracket.rung, results, most);
    if (bracket.rung + 1 == rung_count() || next.empty()) {
      bracket.is_over = true;
      return bracket;
    }
    bracket.members = std::move(next);
  }
}

std::vector<Task> Plan::open_tasks(const Results& results, const Share& share) const {
  std::vector<Task> tasks;
  for (std::uint64_t number = share.part; number < bracket_count(); number += share.parts) {
    const auto left = bracket(number, results);
    for (const auto trial : left.members) {
      if (!results.contains({trial, left.rung})) {
        tasks.push_back({trial, left.rung});
      }
    }
  }
  std::stable_sort(tasks.begin(), tasks.end(), [](const Task& a, const Task& b) { return a.rung > b.rung; });
  return tasks;
}

bool Plan::is_complete(const Results& results, const Share& share) const { return open_tasks(results, share).empty(); }

bool Plan::is_open(std::uint64_t trial, const Results& results) const {
  const auto left = bracket(trial / method_.bracket, results);
  const auto found = results.find({trial, left.rung});
  const bool is_member = std::find(left.members.begin(), left.members.end(), trial) != left.members.end();
  return !left.is_over && is_member && (found == results.end() || found->second.is_done());
}

std::string Plan::text(std::uint64_t ranks_per_trial) const {
  auto text = "# This sweep; ampcf-sweep --sweep reads it.\n" + base_ + "\n[sweep]\nmethod = " + method_.name + "\n";
  if (method_.name != "grid") {
    text += fmt::format("trials = {}\n", method_.trials);
  }
  if (method_.name == "halving") {
    text += fmt::format("eta = {}\nrungs = {}\nbracket = {}\n", method_.eta, method_.rungs, method_.bracket);
  }
  text += fmt::format("ranks-per-trial = {}\n", ranks_per_trial);
  for (const auto& axis : axes_) {
    text += fmt::format("{} = {}\n", axis.name, axis.text);
  }
  return text;
}

std::vector<std::uint64_t> best_of(const std::vector<std::uint64_t>& members, std::uint64_t rung,
                                   const Results& results, std::uint64_t most) {
  std::vector<std::uint64_t> best;
  for (const auto trial : members) {
    if (results.at({trial, rung}).is_done()) {
      best.push_back(trial);
    }
  }
  const auto score = [&](std::uint64_t trial) { return results.at({trial, rung}).score(); };
  std::sort(best.begin(), best.end(),
            [&](std::uint64_t a, std::uint64_t b) { return score(a) != score(b) ? score(a) > score(b) : a < b; });
  best.resize(std::min<std::size_t>(best.size(), most));
  return best;
}

}  // namespace ampcf::sweep
