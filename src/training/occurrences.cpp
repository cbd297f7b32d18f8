#include "training/occurrences.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

namespace ampcf::training {

namespace {

// What refused draws do to negatives. With q the chance that a draw is refused, items of a user's that are not refused
// are drawn with their probability times 1 + q + ... + q^256, as often as is drawn; and where all draws were refused,
// some item is taken.
struct Redraws {
  double factor = 1.0;  // that sum
  double refused = 0.0;

  explicit Redraws(double q) {
    static_assert(sampling::NegativeSampler::kMaxRedraws == 256);
    auto power = std::min(q, 1.0);  // up to q^256
    for (int i = 0; i < 8; ++i) {
      factor *= 1.0 + power;
      power *= power;
    }
    factor += power;
    refused = power * std::min(q, 1.0);
  }
};

// Over the interactions of all ranks.
struct RedrawsOfAll {
  double refused = 0.0;  // mean
  double largest_factor = 1.0, largest_refused = 0.0;
  // Sums of factors: of all users, of those who have an item (n_items).
  std::uint64_t factors = 0;
  std::vector<std::uint64_t> factors_of_item;
  double unit = 0.0;  // of the sums, makes means of them

  // Mean factor of an item; where a user has it, he counts as 0.
  [[nodiscard]] double factor(ItemIndex item) const {
    return static_cast<double>(factors - factors_of_item[item]) * unit;
  }
};

// Sums are of integers, and so the same for any number of ranks: 2^34 interactions have room.
RedrawsOfAll redraws_of(const communication::Communicator& communicator, const dataset::Interactions& interactions,
                        const sampling::AliasTable& table) {
  constexpr double kUnits = 0x1p20;
  const auto in_units = [](double value) { return static_cast<std::uint64_t>(std::ceil(value * kUnits)); };
  std::array<std::uint64_t, 3> sums{};  // of factors, of refusals, interactions
  RedrawsOfAll all;
  all.factors_of_item.resize(table.size());
  for (std::uint64_t user = 0; user < interactions.users.count(); ++user) {
    const auto items = interactions.of(user);
    const Redraws redraws(std::accumulate(items.begin(), items.end(), 0.0,
                                          [&](double sum, ItemIndex item) { return sum + table.probability(item); }));
    const auto factors = items.size() * in_units(redraws.factor);
    for (const auto item : items) {
      all.factors_of_item[item] += factors;
    }
    sums[0] += factors;
    sums[1] += items.size() * in_units(redraws.refused);
    sums[2] += items.size();
    all.largest_factor = std::max(all.largest_factor, redraws.factor);
    all.largest_refused = std::max(all.largest_refused, redraws.refused);
  }
  communicator.sum(std::span<std::uint64_t>(sums));
  communicator.sum(std::span<std::uint64_t>(all.factors_of_item));
  all.unit = 1.0 / (kUnits * static_cast<double>(sums[2]));
  all.factors = sums[0];
  all.refused = static_cast<double>(sums[1]) * all.unit;
  all.largest_factor = communicator.max(all.largest_factor);
  all.largest_refused = communicator.max(all.largest_refused);
  return all;
}

}  // namespace

parallel::Occurrences most_occurrences(const communication::Communicator& communicator,
                                       std::span<const std::uint64_t> counts, const dataset::Interactions& interactions,
                                       const sampling::NegativeSampler& negatives, bool is_full_softmax) {
  const bool excludes = negatives.is_seen_excluded() && !is_full_softmax;
  const auto redraws = excludes ? redraws_of(communicator, interactions, negatives.table()) : RedrawsOfAll();
  const auto all = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  const auto drawn = static_cast<double>(negatives.count());
  parallel::Occurrences most;
  for (ItemIndex item = 0; item < counts.size(); ++item) {
    const auto as_positive = static_cast<double>(counts[item]) / all;
    const auto probability = negatives.table().probability(item);
    auto as_negative = is_full_softmax ? 1.0 : probability * drawn;
    if (excludes) {
      // Beside itself an item is never a negative, and beside others at most all of them.
      as_negative = drawn * std::min(1.0 - as_positive, probability * redraws.factor(item) + redraws.refused);
      const auto of_one = std::min(1.0, probability * redraws.largest_factor + redraws.largest_refused);
      most.of_one = std::max(most.of_one, drawn * of_one);
    }
    most.mean = std::max(most.mean, as_positive + as_negative);
  }
  return most;
}

}  // namespace ampcf::training
