#include "ampcf/evaluation/explanations/counterfactuals.hpp"

#include "ampcf/evaluation/placement.hpp"

#include <algorithm>

namespace ampcf::evaluation {

// A scorer reads the number of personas when it is made and copies the items.
model::CatalogueScorer scorer_of(model::SharedParameters<float>& shared, std::size_t personas) {
  const auto whole = shared.dimensions;
  shared.dimensions.personas = personas;
  model::CatalogueScorer scorer(shared);
  shared.dimensions = whole;
  return scorer;
}

Counterfactuals::Counterfactuals(model::SharedParameters<float>& shared)
    : dimensions_(shared.dimensions),
      item_count_(shared.item_count),
      all_(shared),
      fewer_(scorer_of(shared, dimensions_.personas - 1)),
      single_(scorer_of(shared, 1)) {
  const auto r = dimensions_.personas;
  others_.resize(r * (r - 1) * dimensions_.padded_dim());
  stride_ = all_.score_stride();
  scores_.resize(r * stride_);
}

std::span<const float> Counterfactuals::row(std::size_t index) const {
  return std::span<const float>(scores_).subspan(index * stride_, item_count_);
}

std::vector<CounterfactualRanks> Counterfactuals::of(const float* personas, std::span<const ItemIndex> items,
                                                     std::span<const ItemIndex> left_out) {
  const auto r = dimensions_.personas;
  const auto d = dimensions_.padded_dim();
  const auto rank = [&](std::size_t of_row, ItemIndex item) {
    return expected_rank(rank_in_catalogue(row(of_row), item, left_out));
  };
  std::vector<CounterfactualRanks> ranks(items.size(), {0.0, std::vector<double>(r), std::vector<double>(r)});
  all_.score(personas, 1, scores_.data());
  for (std::size_t i = 0; i < items.size(); ++i) {
    ranks[i].whole = rank(0, items[i]);
  }
  auto* place = others_.data();
  for (std::size_t left = 0; left < r; ++left) {
    place = std::copy_n(personas, left * d, place);
    place = std::copy_n(personas + (left + 1) * d, (r - 1 - left) * d, place);
  }
  fewer_.score(others_.data(), r, scores_.data());
  for (std::size_t i = 0; i < items.size(); ++i) {
    for (std::size_t k = 0; k < r; ++k) {
      ranks[i].without[k] = rank(k, items[i]);
    }
  }
  single_.score(personas, r, scores_.data());
  for (std::size_t i = 0; i < items.size(); ++i) {
    for (std::size_t k = 0; k < r; ++k) {
      ranks[i].alone[k] = rank(k, items[i]);
    }
  }
  return ranks;
}

}  // namespace ampcf::evaluation
