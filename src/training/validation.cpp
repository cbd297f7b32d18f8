#include "ampcf/training/validation.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/evaluation/metrics.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace ampcf::training {

namespace {

// Of fixed point, in which metrics are summed so that their order does not matter: the sum over all users fits.
double units_for(std::uint64_t users) {
  return std::ldexp(1.0, std::min(40, 62 - static_cast<int>(std::bit_width(users))));
}

evaluation::TiedRank rank_of_first(std::span<const float> scores) {
  evaluation::TiedRank rank;
  for (const float score : scores.subspan(1)) {
    rank.better += score > scores[0] ? 1 : 0;
    rank.tied += score == scores[0] ? 1 : 0;
  }
  return rank;
}

}  // namespace

Validation::Validation(const communication::Communicator& communicator, dataset::HeldOut held_out)
    : communicator_(communicator), held_out_(std::move(held_out)) {
  for (const auto item : held_out_.item) {
    user_count_ += item != kNoItem ? 1 : 0;
  }
  user_count_ = communicator_.sum(user_count_);
}

std::optional<ValidationMetrics> Validation::run(const model::Personas<float>& personas,
                                                 const model::SharedParameters<float>& shared) const {
  if (user_count_ == 0) {
    return std::nullopt;
  }
  model::Scorer scorer(shared);
  std::vector<ItemIndex> items;
  std::vector<float> scores;
  std::array<std::int64_t, 2> sums{};
  const double units = units_for(user_count_);
  bool is_finite = true;
  for (std::uint64_t user = 0; user < held_out_.users.count(); ++user) {
    if (held_out_.item[user] == kNoItem) {
      continue;
    }
    items.assign(1, static_cast<ItemIndex>(held_out_.item[user]));
    for (const auto candidate : held_out_.candidates_of(user)) {
      if (candidate != kNoCandidate) {
        items.push_back(candidate);
      }
    }
    scores.resize(items.size());
    scorer.set_user(personas.of(user));
    scorer.score(items, scores);
    is_finite &= std::all_of(scores.begin(), scores.end(), [](float score) { return std::isfinite(score); });
    const auto rank = rank_of_first(scores);
    sums[0] += std::llround(evaluation::expected_hit(rank, kLength) * units);
    sums[1] += std::llround(evaluation::expected_ndcg(rank, kLength) * units);
  }
  communicator_.agree([&] {
    if (!is_finite) {
      throw RuntimeError(
          "a score on validation is not finite: the run diverged; lower --learning-rate or --initial-scale");
    }
  });
  communicator_.sum(std::span<std::int64_t>(sums));
  const double unit = 1.0 / (units * static_cast<double>(user_count_));
  return ValidationMetrics{static_cast<double>(sums[0]) * unit, static_cast<double>(sums[1]) * unit};
}

}  // namespace ampcf::training
