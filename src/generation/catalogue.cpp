#include "ampcf/generation/catalogue.hpp"

#include "ampcf/kernels/exponential.hpp"
#include "generation/streams.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ampcf::generation {

namespace {

// Every taste has one item; the others are shared in proportion to 3/4 + t / (2 (T - 1)) for taste t = 0..T-1.
std::vector<Place> boundaries(std::uint64_t items, std::uint64_t tastes) {
  const auto whole = 4.0 * static_cast<double>(tastes) * static_cast<double>(tastes - 1);
  std::vector<Place> first(tastes + 1);
  for (std::uint64_t taste = 0; taste <= tastes; ++taste) {
    const auto t = static_cast<double>(taste);
    const auto share = t * (3.0 * static_cast<double>(tastes - 1) + t - 1.0) / whole;
    first[taste] = static_cast<Place>(t + std::floor(static_cast<double>(items - tastes) * share));
  }
  first[tastes] = static_cast<Place>(items);
  return first;
}

// Fisher and Yates.
std::vector<ItemIndex> permutation(std::uint64_t items, random::Draws draws) {
  std::vector<ItemIndex> order(items);
  std::iota(order.begin(), order.end(), ItemIndex{0});
  for (auto left = static_cast<std::uint32_t>(items); left > 1; --left) {
    std::swap(order[left - 1], order[draws.next_below(left)]);
  }
  return order;
}

std::uint32_t threshold_of(double probability) {
  return static_cast<std::uint32_t>(std::min(std::round(probability * 0x1p32), 0x1p32 - 1));
}

}  // namespace

Catalogue::Catalogue(const GenerationOptions& options)
    : first_(boundaries(options.items, options.tastes)),
      item_(permutation(options.items, draws_for(options.seed, Purpose::item_order, 0))),
      alias_(options.items) {
  for (Taste taste = 0; taste < taste_count(); ++taste) {
    fill_alias(taste, options.popularity_exponent);
  }
}

// Vose, A linear algorithm for generating random numbers with a given distribution, IEEE TSE 1991.
void Catalogue::fill_alias(Taste taste, double exponent) {
  const auto size = taste_size(taste);
  std::vector<double> scaled(size);  // probability times size: 1 on average
  for (std::uint32_t column = 0; column < size; ++column) {
    scaled[column] = kernels::power(column + 1.0, -exponent);
  }
  const auto factor = size / std::accumulate(scaled.begin(), scaled.end(), 0.0);
  std::vector<std::uint32_t> small;
  std::vector<std::uint32_t> large;
  for (std::uint32_t column = 0; column < size; ++column) {
    scaled[column] *= factor;
    (scaled[column] < 1.0 ? small : large).push_back(column);
  }
  auto* const entry = alias_.data() + first_[taste];
  while (!small.empty() && !large.empty()) {
    const auto poor = small.back();
    const auto rich = large.back();
    small.pop_back();
    entry[poor] = {threshold_of(scaled[poor]), rich};
    scaled[rich] -= 1.0 - scaled[poor];
    if (scaled[rich] < 1.0) {
      large.pop_back();
      small.push_back(rich);
    }
  }
  for (const auto& rest : {small, large}) {  // 1 but for rounding
    for (const auto column : rest) {
      entry[column] = {threshold_of(1.0), column};
    }
  }
}

std::vector<std::int64_t> Catalogue::item_tastes() const {
  std::vector<std::int64_t> tastes(item_count());
  for (Taste taste = 0; taste < taste_count(); ++taste) {
    for (auto place = first_[taste]; place < first_[taste + 1]; ++place) {
      tastes[item_[place]] = taste;
    }
  }
  return tastes;
}

std::vector<std::string> Catalogue::titles() const {
  std::vector<std::string> titles(item_count());
  for (Taste taste = 0; taste < taste_count(); ++taste) {
    for (auto place = first_[taste]; place < first_[taste + 1]; ++place) {
      titles[item_[place]] = fmt::format("Item {} of taste {}", place - first_[taste] + 1, taste);
    }
  }
  return titles;
}

std::vector<std::string> Catalogue::tags() const {
  std::vector<std::string> tags;
  for (const auto taste : item_tastes()) {
    tags.push_back(fmt::format("taste-{}", taste));
  }
  return tags;
}

}  // namespace ampcf::generation
