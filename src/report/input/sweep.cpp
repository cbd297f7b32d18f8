#include "report/input/sweep.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/storage/file.hpp"
#include "dataset/raw/fields.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

namespace ampcf::report {

namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
constexpr double kLogarithmicRatio = 10.0;
constexpr std::size_t kMostValues = 6;  // that are groups of their own
constexpr std::size_t kQuarters = 4;

std::vector<Trial> read_trials(const storage::File& file) {
  const auto numbers = file.read<std::uint64_t>("/trials/number");
  const auto count = numbers.size();
  const auto column = [&](const std::string& name) {
    file.expect_shape("/trials/" + name, {count});
    return file.read<double>("/trials/" + name);
  };
  for (const char* const name : {"/trials/state", "/trials/epochs"}) {
    file.expect_shape(name, {count});
  }
  const auto shape = file.shape("/trials/score_by_rung");
  if (shape.size() != 2 || shape[0] != count || shape[1] == 0) {
    throw DataError("{}: /trials/score_by_rung does not have a row for each of the {} trials", file.path().string(),
                    count);
  }
  const auto states = file.read_strings("/trials/state");
  const auto epochs = file.read<std::uint64_t>("/trials/epochs");
  const auto hr = column("validation_hr");
  const auto ndcg = column("validation_ndcg");
  const auto seconds = column("seconds");
  const auto scores = file.read<double>("/trials/score_by_rung");
  std::vector<Trial> trials;
  for (std::size_t i = 0; i < count; ++i) {
    trials.push_back({.number = numbers[i],
                      .state = states[i],
                      .epochs = epochs[i],
                      .hr = hr[i],
                      .ndcg = ndcg[i],
                      .seconds = seconds[i],
                      .first_score = scores[i * shape[1]],
                      .values = {},
                      .places = {}});
  }
  return trials;
}

// The values as numbers; nothing where one is none.
std::optional<std::vector<double>> numbers_in(const std::vector<std::string>& values) {
  std::vector<double> numbers;
  for (const auto& value : values) {
    const auto number = dataset::number_in(value);
    if (!number) {
      return std::nullopt;
    }
    numbers.push_back(*number);
  }
  return numbers;
}

// Words stand in the order of the alphabet.
std::vector<double> numbered(const std::vector<std::string>& values) {
  const std::set<std::string> distinct(values.begin(), values.end());
  std::vector<double> numbers;
  for (const auto& value : values) {
    numbers.push_back(static_cast<double>(std::distance(distinct.begin(), distinct.find(value))));
  }
  return numbers;
}

// Fills in the places of all trials on an axis.
SweepAxis place(const std::string& name, const std::vector<std::string>& values, std::vector<Trial>& trials) {
  SweepAxis axis{.name = name, .low = {}, .high = {}};
  const auto as_numbers = numbers_in(values);
  axis.is_numeric = as_numbers.has_value();
  auto numbers = axis.is_numeric ? *as_numbers : numbered(values);
  const auto [least, greatest] = std::minmax_element(numbers.begin(), numbers.end());
  axis.low = values[static_cast<std::size_t>(least - numbers.begin())];
  axis.high = values[static_cast<std::size_t>(greatest - numbers.begin())];
  axis.is_logarithmic = axis.is_numeric && *least > 0.0 && *greatest >= kLogarithmicRatio * *least;
  const auto scaled = [&](double number) { return axis.is_logarithmic ? std::log(number) : number; };
  const double low = scaled(*least);
  const double width = scaled(*greatest) - low;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    trials[i].values.push_back(values[i]);
    trials[i].places.push_back(width > 0.0 ? (scaled(numbers[i]) - low) / width : 0.5);
  }
  return axis;
}

double importance_of(std::size_t axis, const std::vector<Trial>& trials) {
  std::vector<double> places;
  std::vector<double> scores;
  for (const auto& trial : trials) {
    if (!std::isnan(trial.first_score)) {
      places.push_back(trial.places[axis]);
      scores.push_back(trial.first_score);
    }
  }
  return importance(scores, groups_of(places));
}

}  // namespace

std::vector<std::size_t> groups_of(const std::vector<double>& places) {
  auto sorted = places;
  std::sort(sorted.begin(), sorted.end());
  auto distinct = sorted;
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::vector<std::size_t> groups;
  for (const double value : places) {
    const auto& row = distinct.size() <= kMostValues ? distinct : sorted;
    const auto below = static_cast<std::size_t>(std::lower_bound(row.begin(), row.end(), value) - row.begin());
    groups.push_back(distinct.size() <= kMostValues ? below : below * kQuarters / row.size());
  }
  return groups;
}

double importance(const std::vector<double>& scores, const std::vector<std::size_t>& group) {
  const auto groups = group.empty() ? 0 : 1 + *std::max_element(group.begin(), group.end());
  std::vector<double> sums(groups);
  std::vector<double> counts(groups);
  double total = 0.0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    sums[group[i]] += scores[i];
    counts[group[i]] += 1.0;
    total += scores[i];
  }
  const auto used = static_cast<double>(std::count_if(counts.begin(), counts.end(), [](double n) { return n > 0.0; }));
  const auto count = static_cast<double>(scores.size());
  if (used < 2.0 || count <= used) {
    return kNothing;
  }
  double within = 0.0;
  double all = 0.0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double to_group = scores[i] - sums[group[i]] / counts[group[i]];
    const double to_mean = scores[i] - total / count;
    within += to_group * to_group;
    all += to_mean * to_mean;
  }
  const double noise = within / (count - used);
  return all + noise > 0.0 ? std::max(0.0, (all - within - (used - 1.0) * noise) / (all + noise)) : kNothing;
}

Sweep read_sweep(const std::filesystem::path& folder) {
  const auto path = folder / "sweep.h5";
  if (!std::filesystem::is_regular_file(path)) {
    throw DataError("{}: no such file, expected the folder of an ampcf-sweep", path.string());
  }
  const auto file = storage::File::open(path);
  if (!file.has_attribute("format") || file.text_attribute("format") != "ampcf-sweep") {
    throw DataError("{}: expected a file that ampcf-sweep wrote", path.string());
  }
  if (const auto version = file.attribute<std::int32_t>("version"); version != 1) {
    throw DataError("{}: version {}, expected 1", path.string(), version);
  }
  Sweep sweep{folder, file.text_attribute("method"), {}, read_trials(file)};
  if (sweep.trials.empty()) {
    throw DataError("{}: no trials in it", path.string());
  }
  for (const auto& name : file.read_strings("/axes")) {
    file.expect_shape("/options/" + name, {sweep.trials.size()});
    sweep.axes.push_back(place(name, file.read_strings("/options/" + name), sweep.trials));
    sweep.axes.back().importance = importance_of(sweep.axes.size() - 1, sweep.trials);
  }
  return sweep;
}

}  // namespace ampcf::report
