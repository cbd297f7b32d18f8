#include "report/chart/thinning.hpp"

#include <cmath>
#include <numeric>

namespace ampcf::report {

std::vector<std::size_t> thinned(const std::vector<double>& x, const std::vector<double>& y, std::size_t most) {
  std::vector<std::size_t> all(x.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  if (all.size() <= most) {
    return all;
  }
  std::erase_if(all, [&](std::size_t i) { return std::isnan(x[i]) || std::isnan(y[i]); });
  if (all.size() <= most) {
    return all;
  }
  // Inner points fall into most - 2 stretches of equal length (but for rounding).
  const auto inner = all.size() - 2;
  const auto begin_of = [&](std::size_t stretch) { return 1 + stretch * inner / (most - 2); };
  std::vector<std::size_t> kept{all.front()};
  for (std::size_t stretch = 0; stretch + 2 < most; ++stretch) {
    const auto begin = begin_of(stretch);
    const auto end = begin_of(stretch + 1);
    const auto next_end = stretch + 3 < most ? begin_of(stretch + 2) : all.size();
    double mean_x = 0.0;
    double mean_y = 0.0;
    for (auto i = end; i < next_end; ++i) {
      mean_x += x[all[i]] / static_cast<double>(next_end - end);
      mean_y += y[all[i]] / static_cast<double>(next_end - end);
    }
    const auto last = kept.back();
    auto best = all[begin];
    double largest = -1.0;
    for (auto i = begin; i < end; ++i) {
      const double area =
          std::abs((x[last] - mean_x) * (y[all[i]] - y[last]) - (x[last] - x[all[i]]) * (mean_y - y[last]));
      if (area > largest) {
        largest = area;
        best = all[i];
      }
    }
    kept.push_back(best);
  }
  kept.push_back(all.back());
  return kept;
}

}  // namespace ampcf::report
