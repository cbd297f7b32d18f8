#include "ampcf/evaluation/figures.hpp"

#include "ampcf/evaluation/exposure.hpp"
#include "ampcf/evaluation/metrics.hpp"
#include "ampcf/evaluation/slices.hpp"

#include <algorithm>
#include <cmath>

namespace ampcf::evaluation {

namespace {

using Weights = std::span<const std::uint32_t>;  // how often each user counts, (n)

struct NamedMean {
  std::vector<std::string> path;
  UserMean mean;
};

// Every statistic of all users as a function of how often each counts: the same code gives values and resamples.
class Statistics {
 public:
  Statistics(const UserMeasures& all, const MeasureRules& rules) : all_(all) {
    for (const auto& column : all.columns) {
      add_mean({column.group, column.name}, column, [](std::size_t) { return true; });
    }
    for (std::size_t slice = 0; slice < slices().size(); ++slice) {
      add_slice(slice, rules.cutoffs.front());
    }
    find_lists();
    for (const auto k : rules.cutoffs) {
      if (!listed_users_.empty() && k <= kListLength) {
        exposure_cutoffs_.push_back(k);
      }
    }
    times_.resize(rules.facts != nullptr ? rules.facts->item_count() : 0);
  }

  [[nodiscard]] std::vector<Figure> figures(const std::vector<double>& values) const {
    std::vector<Figure> figures;
    for (const auto& [path, mean] : means_) {
      figures.push_back({path, values[figures.size()], mean.user.size(), std::nullopt});
    }
    for (const auto k : exposure_cutoffs_) {
      for (const auto& metric : exposure_metrics()) {
        const std::vector<std::string> path{"lists", fmt::format("{}@{}", metric.name, k)};
        figures.push_back({path, values[figures.size()], listed_users_.size(), std::nullopt});
      }
    }
    return figures;
  }

  [[nodiscard]] std::size_t mean_count() const { return means_.size(); }
  [[nodiscard]] std::size_t size() const {
    return means_.size() + exposure_cutoffs_.size() * exposure_metrics().size();
  }

  void evaluate(Weights weights, std::span<double> values) {
    std::size_t place = 0;
    for (const auto& [path, mean] : means_) {
      values[place++] = mean.of(weights);
    }
    for (const auto k : exposure_cutoffs_) {
      count_recommendations(weights, k);
      for (const auto& metric : exposure_metrics()) {
        values[place++] = metric.of(times_);
      }
    }
  }

 private:
  template <typename Filter>
  void add_mean(std::vector<std::string> path, const Column& column, const Filter& is_counted) {
    UserMean mean;
    for (std::size_t user = 0; user < column.value.size(); ++user) {
      if (!std::isnan(column.value[user]) && is_counted(user)) {
        mean.user.push_back(static_cast<std::uint32_t>(user));
        mean.value.push_back(column.value[user]);
      }
    }
    if (!mean.user.empty()) {
      means_.push_back({std::move(path), std::move(mean)});
    }
  }

  void add_slice(std::size_t slice, std::uint64_t k) {
    const auto& row = slices()[slice];
    for (std::size_t part = 0; part < row.parts.size(); ++part) {
      for (const auto& column : all_.columns) {
        const bool is_at_k = column.name.ends_with(fmt::format("@{}", k));
        if (is_at_k && (column.group == "sampled" || column.group == "full")) {
          add_mean({"slices", row.name, row.parts[part], column.group, column.name}, column,
                   [&](std::size_t user) { return all_.parts[slice][user] == static_cast<std::int32_t>(part); });
        }
      }
    }
  }

  // Users whose list was looked at: they have a metric of it.
  void find_lists() {
    for (std::size_t user = 0; user < all_.user_count(); ++user) {
      const bool is_listed = std::any_of(all_.columns.begin(), all_.columns.end(), [&](const Column& column) {
        return column.group == "lists" && !std::isnan(column.value[user]);
      });
      if (is_listed) {
        listed_users_.push_back(user);
      }
    }
  }

  void count_recommendations(Weights weights, std::uint64_t k) {
    std::fill(times_.begin(), times_.end(), 0);
    for (const auto user : listed_users_) {
      const auto list = std::span(all_.list).subspan(user * kListLength, k);
      for (std::size_t place = 0; weights[user] > 0 && place < k && list[place] != kNoCandidate; ++place) {
        times_[list[place]] += weights[user];
      }
    }
  }

  const UserMeasures& all_;
  std::vector<NamedMean> means_;
  std::vector<std::size_t> listed_users_;
  std::vector<std::uint64_t> exposure_cutoffs_;
  std::vector<std::uint64_t> times_;  // (n_items)
};

// Values of every statistic in every resample of the `asked` users, (resamples, statistics); ranks take turns.
std::vector<double> resample(const communication::Communicator& communicator, Statistics& statistics,
                             std::uint64_t users, const std::vector<UserIndex>& asked, const BootstrapRules& rules) {
  const auto ranks = static_cast<std::uint64_t>(communicator.size());
  const auto width = statistics.size();
  std::vector<std::uint32_t> drawn(asked.size());
  std::vector<std::uint32_t> weights(users);
  std::vector<double> own;
  for (auto number = static_cast<std::uint64_t>(communicator.rank()); number < rules.resamples; number += ranks) {
    draw_weights(rules.seed, number, drawn);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      weights[asked[i]] = drawn[i];
    }
    own.resize(own.size() + width);
    statistics.evaluate(weights, std::span(own).last(width));
  }
  const auto by_rank = communicator.all_gather(std::span<const double>(own));
  std::vector<double> all(by_rank.size());
  auto from = by_rank.begin();
  for (std::uint64_t rank = 0; rank < ranks; ++rank) {
    for (auto number = rank; number < rules.resamples; number += ranks) {
      std::copy_n(from, width, all.begin() + static_cast<std::ptrdiff_t>(number * width));
      from += static_cast<std::ptrdiff_t>(width);
    }
  }
  return all;
}

// Percentiles about the value itself instead of about the resamples' mean.
Interval shifted_interval(std::vector<double> resampled, double value, double level) {
  std::erase_if(resampled, [](double one) { return std::isnan(one); });
  double total = 0.0;
  for (const double one : resampled) {
    total += one;
  }
  const double shift = value - total / static_cast<double>(resampled.size());
  const auto interval = percentile_interval(std::move(resampled), level);
  return {interval.low + shift, interval.high + shift};
}

void add_intervals(const communication::Communicator& communicator, Statistics& statistics, std::uint64_t users,
                   const std::vector<UserIndex>& asked, const BootstrapRules& rules, std::vector<Figure>& figures) {
  const auto resampled = resample(communicator, statistics, users, asked, rules);
  for (std::size_t figure = 0; figure < figures.size(); ++figure) {
    std::vector<double> own;
    for (auto at = figure; at < resampled.size(); at += figures.size()) {
      own.push_back(resampled[at]);
    }
    figures[figure].interval = figure < statistics.mean_count()
                                   ? percentile_interval(std::move(own), rules.level)
                                   : shifted_interval(std::move(own), figures[figure].value, rules.level);
  }
}

}  // namespace

std::vector<Figure> figures_of(const communication::Communicator& communicator, const UserMeasures& all,
                               const MeasureRules& rules, const BootstrapRules& bootstrap) {
  Statistics statistics(all, rules);
  const auto width = statistics.size();
  std::vector<double> values(width);
  statistics.evaluate(std::vector<std::uint32_t>(all.user_count(), 1), values);
  auto figures = statistics.figures(values);
  if (bootstrap.resamples > 0 && width > 0) {
    add_intervals(communicator, statistics, all.user_count(), rules.asked_in({0, all.user_count()}), bootstrap,
                  figures);
  }
  std::erase_if(figures, [](const Figure& figure) { return std::isnan(figure.value); });
  return figures;
}

}  // namespace ampcf::evaluation
