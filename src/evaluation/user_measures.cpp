#include "ampcf/evaluation/user_measures.hpp"

#include "ampcf/evaluation/list_metrics.hpp"
#include "ampcf/evaluation/metrics.hpp"
#include "ampcf/evaluation/slices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace ampcf::evaluation {

namespace {

constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();

}  // namespace

std::vector<UserIndex> MeasureRules::asked_in(UserRange users) const {
  if (sample != nullptr) {
    const auto part = part_in(*sample, users);
    return {part.begin(), part.end()};
  }
  std::vector<UserIndex> all(users.count());
  std::iota(all.begin(), all.end(), users.first);
  return all;
}

bool Column::is_measured() const {
  return std::any_of(value.begin(), value.end(), [](double number) { return !std::isnan(number); });
}

UserMeasures::UserMeasures(std::uint64_t users, const MeasureRules& rules)
    : rank_sampled(users, kNotMeasured),
      rank_full(users, kNotMeasured),
      parts(slices().size(), std::vector<std::int32_t>(users, kNoPart)),
      list(users * kListLength, kNoCandidate) {
  const auto add = [&](const std::string& group, const std::string& name) {
    columns.push_back({group, name, std::vector<double>(users, kNotMeasured)});
  };
  for (const std::string group : {"sampled", "full"}) {
    for (const auto k : rules.cutoffs) {
      for (const auto& metric : rank_metrics()) {
        add(group, fmt::format("{}@{}", metric.name, k));
      }
    }
  }
  add("tdd", "js");
  add("tdd", "hellinger");
  for (const auto k : rules.cutoffs) {
    for (std::size_t metric = 0; k <= kListLength && metric < list_metrics().size(); ++metric) {
      add("lists", fmt::format("{}@{}", list_metrics()[metric].name, k));
    }
  }
}

const std::vector<double>& UserMeasures::of(const std::string& path) const {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const auto& c) { return c.path() == path; });
  if (found == columns.end()) {
    throw std::logic_error("no column " + path);
  }
  return found->value;
}

UserMeasures gather(const communication::Communicator& communicator, const UserMeasures& own) {
  UserMeasures all;
  all.rank_sampled = communicator.all_gather(std::span<const double>(own.rank_sampled));
  all.rank_full = communicator.all_gather(std::span<const double>(own.rank_full));
  for (const auto& column : own.columns) {
    all.columns.push_back({column.group, column.name, communicator.all_gather(std::span<const double>(column.value))});
  }
  for (const auto& part : own.parts) {
    all.parts.push_back(communicator.all_gather(std::span<const std::int32_t>(part)));
  }
  all.list = communicator.all_gather(std::span<const ItemIndex>(own.list));
  all.consumed_in_lists = communicator.sum(own.consumed_in_lists);
  return all;
}

}  // namespace ampcf::evaluation
