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

// sum_k a_k t_k of sixteen items, whose affinities and products with personas are `stride` numbers apart.
Floats mixture(const float* affinities, const float* products, std::size_t personas, std::size_t stride) {
  Floats most = load(affinities);
  for (std::size_t k = 1; k < personas; ++k) {
    most = kernels::max(load(affinities + k * stride), most);
  }
  Floats total{};
  Floats sum{};
  for (std::size_t k = 0; k < personas; ++k) {
    const Floats weight = kernels::exponential(load(affinities + k * stride) - most);
    total += weight;
    sum += weight * load(products + k * stride);
  }
  return sum / total;
}

// p_k of `users` users by their personas (users, r, padded d); nothing where no attention is learned.
void project(const FoldedAttention<float>& attention, const Dimensions& dimensions, const float* personas,
             std::size_t users, kernels::AlignedVector<float>& contrasts, kernels::AlignedVector<float>& projected) {
  if (!dimensions.learns_attention()) {
    return;
  }
  const auto d = dimensions.padded_dim();
  contrasts.resize(users * dimensions.affinity_stride());
  projected.resize(contrasts.size());
  for (std::size_t user = 0; user < users; ++user) {
    contrast(dimensions, personas + user * dimensions.user_stride(),
             contrasts.data() + user * dimensions.affinity_stride());
  }
  kernels::product(contrasts.data(), d, attention.form.data(), d, projected.data(), d,
                   users * dimensions.affinity_rows(), d, d);
}

}  // namespace

Scorer::Scorer(const SharedParameters<float>& shared)
    : shared_(shared),
      products_(shared.dimensions.personas * kLanes),
      affinities_(shared.dimensions.learns_attention() ? products_.size() : 0) {
  folded_.fold(shared);
}

void Scorer::set_user(const float* personas) {
  personas_ = personas;
  project(folded_, shared_.dimensions, personas, 1, contrasts_, projected_);
}

void Scorer::attention(ItemIndex item, std::span<float> weights) {
  const auto& shape = shared_.dimensions;
  const auto d = shape.padded_dim();
  const auto first = shape.personas - shape.affinity_rows();
  const float* const rows = shape.learns_attention() ? projected_.data() : personas_;
  std::fill_n(weights.begin(), first, 0.0F);
  for (std::size_t k = first; k < shape.personas; ++k) {
    weights[k] = kernels::dot(rows + (k - first) * d, shared_.item(item), d);
  }
  const float most = *std::max_element(weights.begin(), weights.end());
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
  for (std::size_t k = 0; k < shape.personas; ++k) {
    store(products_.data() + k * kLanes, dots(personas_ + k * d, rows, d));
  }
  for (std::size_t k = 1; k < shape.personas && shape.learns_attention(); ++k) {
    store(affinities_.data() + k * kLanes, dots(projected_.data() + (k - 1) * d, rows, d));
  }
  score += mixture(shape.learns_attention() ? affinities_.data() : products_.data(), products_.data(), shape.personas,
                   kLanes);
  for (std::size_t n = 0; n < items.size(); ++n) {
    scores[n] = score[n];
  }
}

CatalogueScorer::CatalogueScorer(const SharedParameters<float>& shared)
    : dimensions_(shared.dimensions),
      item_count_(shared.item_count),
      items_transposed_(shared.dimensions.padded_dim() * kernels::padded(shared.item_count)),
      biases_(kernels::padded(shared.item_count)),
      affinities_(shared.dimensions.learns_attention() ? shared.dimensions.personas * kItemBlock : 0),
      products_(shared.dimensions.personas * kItemBlock) {
  folded_.fold(shared);
  const auto d = dimensions_.padded_dim();
  kernels::transpose(shared.items.data(), d, items_transposed_.data(), score_stride(), item_count_, d);
  std::copy(shared.biases.begin(), shared.biases.end(), biases_.begin());
}

void CatalogueScorer::score(const float* personas, std::size_t users, float* scores) {
  const auto d = dimensions_.padded_dim();
  const auto r = dimensions_.personas;
  project(folded_, dimensions_, personas, users, contrasts_, projected_);
  // Items outside, users inside: a block of transposed items stays in the cache while all users pass.
  for (std::size_t first = 0; first < score_stride(); first += kItemBlock) {
    const auto items = std::min(kItemBlock, score_stride() - first);
    for (std::size_t user = 0; user < users; ++user) {
      const float* const block = items_transposed_.data() + first;
      kernels::product(personas + user * dimensions_.user_stride(), d, block, score_stride(), products_.data(),
                       kItemBlock, r, d, items);
      const float* affinities = products_.data();
      if (dimensions_.learns_attention()) {
        kernels::product(projected_.data() + user * dimensions_.affinity_stride(), d, block, score_stride(),
                         affinities_.data() + kItemBlock, kItemBlock, r - 1, d, items);
        affinities = affinities_.data();
      }
      combine(affinities, products_.data(), items, biases_.data() + first, scores + user * score_stride() + first);
    }
  }
}

void CatalogueScorer::combine(const float* affinities, const float* products, std::size_t items, const float* biases,
                              float* scores) {
  for (std::size_t item = 0; item < items; item += kLanes) {
    store(scores + item,
          mixture(affinities + item, products + item, dimensions_.personas, kItemBlock) + load(biases + item));
  }
}

}  // namespace ampcf::model
