#include "ampcf/dataset/preparation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ampcf::dataset {

namespace {

std::string count_line(const char* name, std::uint64_t count, const std::string& remark = "") {
  return fmt::format("{:<26}{:>12}{}{}\n", name, count, remark.empty() ? "" : "  ", remark);
}

std::string spread_line(const char* name, const Spread& spread) {
  return fmt::format("{:<26}{:>12.2f}{:>12.2f}{:>12.1f}\n", name, spread.mean, spread.deviation, spread.median);
}

}  // namespace

Spread spread_of(std::vector<std::uint64_t> counts) {
  if (counts.empty()) {
    return {};
  }
  const auto size = static_cast<double>(counts.size());
  const auto mean = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0})) / size;
  const auto squares = std::accumulate(counts.begin(), counts.end(), 0.0, [&](double sum, std::uint64_t count) {
    return sum + (static_cast<double>(count) - mean) * (static_cast<double>(count) - mean);
  });
  const auto upper = counts.begin() + static_cast<std::ptrdiff_t>(counts.size() / 2);
  std::nth_element(counts.begin(), upper, counts.end());
  const auto lower = counts.size() % 2 == 1 ? *upper : *std::max_element(counts.begin(), upper);
  return {mean, std::sqrt(squares / size), (static_cast<double>(lower) + static_cast<double>(*upper)) / 2};
}

double Summary::sparsity() const {
  return 1.0 - static_cast<double>(interactions) / (static_cast<double>(users) * static_cast<double>(items));
}

std::string Summary::text() const {
  std::string out =
      count_line("users", users) + count_line("items", items) + count_line("interactions", interactions) +
      fmt::format("{:<26}{:>12}\n", "sparsity", fmt::format("{:.3f} %", 100 * sparsity())) +
      fmt::format("{:<26}{:>12}{:>12}{:>12}\n", "", "mean", "deviation", "median") +
      spread_line("items per user", items_per_user) + spread_line("users per item", users_per_item) + "\n" +
      count_line("lines", lines) + count_line("rows", rows) + count_line("duplicates merged", duplicates) +
      count_line("dropped by rating", dropped_by_rating) +
      count_line("filter rounds", filter_rounds,
                 fmt::format("dropped {} users, {} items", dropped_users, dropped_items)) +
      (sampled_from ? count_line("sampled from", *sampled_from, "users, then filtered again") : "") +
      count_line("training", training) + count_line("validation", validation) + count_line("test", test) +
      count_line("candidates", candidates, short_lists == 0 ? "" : fmt::format("{} lists are shorter", short_lists));
  if (titles) {
    out += count_line("items with a title", *titles);
  }
  return out + fmt::format("{:<26}{}\n", "fingerprint", fingerprint);
}

}  // namespace ampcf::dataset
