#include "ampcf/model/scoring.hpp"

#include "ampcf/kernels/exponential.hpp"
#include "ampcf/kernels/prefetch.hpp"
#include "ampcf/kernels/product.hpp"
#include "ampcf/kernels/shuffle.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace ampcf::model {

namespace {

// Items of which affinities and products are kept at once: 2 r x 4 KiB, which stays in the second-level cache.
constexpr std::size_t kItemBlock = 1024;

using kernels::Floats;
using kernels::kLanes;
using kernels::load;
using kernels::store;

// The dot products of a row with sixteen rows, each with the bits of kernels::dot.
Floats dots(const float* row, const std::array<const float*, kLanes>& rows, std::size_t size) {
  kernels::Square<float> totals;
  const Floats first = load(row);
  for (std::size_t n = 0; n < kLanes; ++n) {
    totals[n] = first * load(rows[n]);
  }
  for (std::size_t column = kLanes; column < size; column += kLanes) {
    const Floats part = load(row + column);
    for (std::size_t n = 0; n < kLanes; ++n) {
      totals[n] += part * load(rows[n] + column);
    }
  }
  return kernels::sums_of_lanes<float>(totals);
}

}  // namespace

Scorer::Scorer(const SharedParameters<float>& shared)
    : shared_(shared), projected_(shared.dimensions.user_stride()), lanes_(shared.dimensions.personas * kLanes) {
  folded_.fold(shared);
}

void Scorer::set_user(const float* personas) {
  personas_ = personas;
  project_personas(folded_, shared_.dimensions, personas, shared_.dimensions.personas, projected_.data());
}

void Scorer::attention(ItemIndex item, std::span<float> weights) {
  const auto& shape = shared_.dimensions;
  const auto d = shape.padded_dim();
  float most = -INFINITY;
  for (std::size_t k = 0; k < shape.personas; ++k) {
    weights[k] = kernels::dot(projected_.data() + k * d, shared_.item(item), d);
    most = std::max(most, weights[k]);
  }
  float total = 0.0F;
  for (auto& weight : weights) {
    weight = kernels::exponential(weight - most);
    total += weight;
  }
  for (auto& weight : weights) {
    weight /= total;
  }
}

// Sixteen items at a time: lane n of every vector is item n's, and its bits are those of one item alone. The rows of
// the next sixteen, which may lie anywhere, are asked for meanwhile.
void Scorer::score(std::span<const ItemIndex> items, std::span<float> scores) {
  for (std::size_t first = 0; first < items.size(); first += kLanes) {
    for (auto next = first + kLanes; next < std::min(first + 2 * kLanes, items.size()); ++next) {
      kernels::ask_for(shared_.item(items[next]), shared_.dimensions.padded_dim());
    }
    const auto count = std::min(kLanes, items.size() - first);
    score_block(items.subspan(first, count), scores.subspan(first, count));
  }
}

void Scorer::score_block(std::span<const ItemIndex> items, std::span<float> scores) {
  const auto& shape = shared_.dimensions;
  const auto d = shape.padded_dim();
  std::array<const float*, kLanes> rows;
  Floats score{};
  for (std::size_t n = 0; n < kLanes; ++n) {
    const auto item = items[std::min(n, items.size() - 1)];
    rows[n] = shared_.item(item);
    score.set(n, shared_.biases[item]);
  }
  Floats most = kernels::broadcast(-INFINITY);
  for (std::size_t k = 0; k < shape.personas; ++k) {
    const Floats affinity = dots(projected_.data() + k * d, rows, d);
    most = kernels::max(affinity, most);
    store(lanes_.data() + k * kLanes, affinity);
  }
  Floats total{};
  for (std::size_t k = 0; k < shape.personas; ++k) {
    const Floats weight = kernels::exponential(load(lanes_.data() + k * kLanes) - most);
    total += weight;
    store(lanes_.data() + k * kLanes, weight);
  }
  for (std::size_t k = 0; k < shape.personas; ++k) {
    const Floats weight = load(lanes_.data() + k * kLanes) / total;
    score += weight * dots(personas_ + k * d, rows, d);
  }
  for (std::size_t n = 0; n < items.size(); ++n) {
    scores[n] = score[n];
  }
}

CatalogueScorer::CatalogueScorer(const SharedParameters<float>& shared)
    : dimensions_(shared.dimensions),
      item_count_(shared.item_count),
      items_transposed_(shared.dimensions.padded_dim() * kernels::padded(shared.item_count)),
      biases_(kernels::padded(shared.item_count)),
      projected_(shared.dimensions.user_stride()),
      affinities_(shared.dimensions.personas * kItemBlock),
      products_(shared.dimensions.personas * kItemBlock) {
  folded_.fold(shared);
  const auto d = dimensions_.padded_dim();
  kernels::transpose(shared.items.data(), d, items_transposed_.data(), score_stride(), item_count_, d);
  std::copy(shared.biases.begin(), shared.biases.end(), biases_.begin());
}

void CatalogueScorer::score(const float* personas, std::size_t users, float* scores) {
  const auto d = dimensions_.padded_dim();
  const auto r = dimensions_.personas;
  projected_.resize(users * dimensions_.user_stride());
  project_personas(folded_, dimensions_, personas, users * r, projected_.data());
  // Items outside, users inside: a block of transposed items stays in the cache while all users pass.
  for (std::size_t first = 0; first < score_stride(); first += kItemBlock) {
    const auto items = std::min(kItemBlock, score_stride() - first);
    for (std::size_t user = 0; user < users; ++user) {
      const auto row = user * dimensions_.user_stride();
      const float* const block = items_transposed_.data() + first;
      kernels::product(personas + row, d, block, score_stride(), products_.data(), kItemBlock, r, d, items);
      const float* affinities = products_.data();
      if (!dimensions_.is_identity) {
        kernels::product(projected_.data() + row, d, block, score_stride(), affinities_.data(), kItemBlock, r, d,
                         items);
        affinities = affinities_.data();
      }
      combine(affinities, products_.data(), items, biases_.data() + first, scores + user * score_stride() + first);
    }
  }
}

void CatalogueScorer::combine(const float* affinities, const float* products, std::size_t items, const float* biases,
                              float* scores) {
  for (std::size_t item = 0; item < items; item += kLanes) {
    Floats most = load(affinities + item);
    for (std::size_t k = 1; k < dimensions_.personas; ++k) {
      most = kernels::max(load(affinities + k * kItemBlock + item), most);
    }
    Floats total{};
    Floats score{};
    for (std::size_t k = 0; k < dimensions_.personas; ++k) {
      const Floats weight = kernels::exponential(load(affinities + k * kItemBlock + item) - most);
      total += weight;
      score += weight * load(products + k * kItemBlock + item);
    }
    store(scores + item, score / total + load(biases + item));
  }
}

}  // namespace ampcf::model
