#pragma once

#include <cstdint>
#include <span>
#include <vector>

/// Resampling of users (Efron 1979; Efron and Tibshirani, An Introduction to the Bootstrap, 1993).
namespace ampcf::evaluation {

/// How to resample.
struct BootstrapRules {
  std::uint64_t resamples = 1000;  // 0: no intervals
  double level = 0.95;             // of the intervals
  std::uint64_t seed = 1;
};

struct Interval {
  double low = 0.0;
  double high = 0.0;
};

/// How often each of weights.size() users is drawn when so many are drawn with replacement: a function of (seed,
/// resample).
void draw_weights(std::uint64_t seed, std::uint64_t resample, std::span<std::uint32_t> weights);

/// A mean over the users that have a value.
struct UserMean {
  std::vector<std::uint32_t> user;  // rising
  std::vector<double> value;        // of these

  /// Where user u counts weights[u] times; NaN where no one is left.
  [[nodiscard]] double of(std::span<const std::uint32_t> weights) const;
};

/// The (1 - level) / 2 and (1 + level) / 2 quantiles, linear between order statistics (definition 7 of Hyndman and Fan,
/// 1996). NaNs do not count; both ends are NaN where nothing is left.
[[nodiscard]] Interval percentile_interval(std::vector<double> values, double level);

}  // namespace ampcf::evaluation
