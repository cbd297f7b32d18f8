#include "ampcf/evaluation/bootstrap.hpp"

#include "ampcf/random/philox.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ampcf::evaluation {

namespace {

double quantile(const std::vector<double>& rising, double share) {
  const double place = share * static_cast<double>(rising.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto above = std::min(below + 1, rising.size() - 1);
  return rising[below] + (place - static_cast<double>(below)) * (rising[above] - rising[below]);
}

}  // namespace

void draw_weights(std::uint64_t seed, std::uint64_t resample, std::span<std::uint32_t> weights) {
  std::fill(weights.begin(), weights.end(), 0);
  random::Draws draws(seed, random::Stream::bootstrap, resample);
  const auto users = static_cast<std::uint32_t>(weights.size());
  for (std::uint32_t draw = 0; draw < users; ++draw) {
    ++weights[draws.next_below(users)];
  }
}

double UserMean::of(std::span<const std::uint32_t> weights) const {
  double total = 0.0;
  std::uint64_t users = 0;
  for (std::size_t row = 0; row < user.size(); ++row) {
    const auto weight = weights[user[row]];
    total += weight * value[row];
    users += weight;
  }
  return users == 0 ? std::numeric_limits<double>::quiet_NaN() : total / static_cast<double>(users);
}

Interval percentile_interval(std::vector<double> values, double level) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  if (values.empty()) {
    return {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
  }
  std::sort(values.begin(), values.end());
  return {quantile(values, (1.0 - level) / 2.0), quantile(values, (1.0 + level) / 2.0)};
}

}  // namespace ampcf::evaluation
