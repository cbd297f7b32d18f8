#include "ampcf/evaluation/exposure.hpp"

#include <algorithm>
#include <limits>

namespace ampcf::evaluation {

double coverage(std::span<const std::uint64_t> times) {
  const auto met = std::count_if(times.begin(), times.end(), [](auto count) { return count > 0; });
  return static_cast<double>(met) / static_cast<double>(times.size());
}

double gini(std::span<const std::uint64_t> times) {
  if (times.size() < 2) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  // Counts are small numbers: a histogram sorts them in linear time.
  std::vector<std::uint64_t> items_of(*std::max_element(times.begin(), times.end()) + 1);
  for (const auto count : times) {
    ++items_of[count];
  }
  const auto n = static_cast<double>(times.size());
  double total = 0.0;
  double weighted = 0.0;
  double before = 0.0;  // items of lower count
  for (std::size_t count = 0; count < items_of.size(); ++count) {
    const auto items = static_cast<double>(items_of[count]);
    const double sum = items * static_cast<double>(count);
    total += sum;
    weighted += (2.0 * before + items - n) * sum;  // mean of 2j - n - 1 over j = before + 1 .. before + items
    before += items;
  }
  return total == 0.0 ? std::numeric_limits<double>::quiet_NaN() : weighted / ((n - 1.0) * total);
}

const std::vector<ExposureMetric>& exposure_metrics() {
  static const std::vector<ExposureMetric> all{{"coverage", coverage}, {"gini", gini}};
  return all;
}

}  // namespace ampcf::evaluation
