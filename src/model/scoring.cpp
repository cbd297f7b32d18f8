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

// Items, and personas of some users, of which affinities and products are kept at once: up to 2 x 24 x 2 KiB, which
// stay in the second-level cache. (A product of few rows waits for the items that it reads, and its rows go by sixes.)
constexpr std::size_t kItemBlock = 512;
constexpr std::size_t kRowsAtOnce = 24;

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

// sum_k a_k t_k of sixteen items by the first persona's affinities, those of the others and the products with all, rows
// `stride` numbers apart.
Floats mixture(Floats first, const float* others, const float* products, std::size_t personas, std::size_t stride) {
  Floats most = first;
  for (std::size_t k = 1; k < personas; ++k) {
    most = kernels::max(load(others + (k - 1) * stride), most);
  }
  Floats total = kernels::exponential(first - most);
  Floats sum = total * load(products);
  for (std::size_t k = 1; k < personas; ++k) {
    const Floats weight = kernels::exponential(load(others + (k - 1) * stride) - most);
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
      affinities_(shared.dimensions.learns_attention() ? shared.dimensions.affinity_rows() * kLanes : 0) {
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
  for (std::size_t k = 0; k < affinities_.size() / kLanes; ++k) {
    store(affinities_.data() + k * kLanes, dots(projected_.data() + k * d, rows, d));
  }
  const auto first = shape.learns_attention() ? Floats{} : load(products_.data());
  const float* const others = shape.learns_attention() ? affinities_.data() : products_.data() + kLanes;
  score += mixture(first, others, products_.data(), shape.personas, kLanes);
  for (std::size_t n = 0; n < items.size(); ++n) {
    scores[n] = score[n];
  }
}

CatalogueScorer::CatalogueScorer(const SharedParameters<float>& shared)
    : dimensions_(shared.dimensions),
      item_count_(shared.item_count),
      items_transposed_(shared.dimensions.padded_dim() * kernels::padded(shared.item_count)),
      biases_(kernels::padded(shared.item_count)),
      users_at_once_(std::max<std::size_t>(1, kRowsAtOnce / shared.dimensions.personas)),
      affinities_(shared.dimensions.learns_attention() ? users_at_once_ * shared.dimensions.affinity_rows() * kItemBlock
                                                       : 0),
      products_(users_at_once_ * shared.dimensions.personas * kItemBlock) {
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
    for (std::size_t user = 0; user < users; user += users_at_once_) {
      const auto count = std::min(users_at_once_, users - user);
      const auto multiply = [&](const float* rows, std::size_t rows_of_user, float* into) {
        kernels::product(rows + user * rows_of_user * d, d, items_transposed_.data() + first, score_stride(), into,
                         kItemBlock, count * rows_of_user, d, items);
      };
      multiply(personas, r, products_.data());
      if (dimensions_.learns_attention()) {
        multiply(projected_.data(), r - 1, affinities_.data());
      }
      for (std::size_t i = 0; i < count; ++i) {
        combine(i, items, biases_.data() + first, scores + (user + i) * score_stride() + first);
      }
    }
  }
}

// Scores of one of the users at hand.
void CatalogueScorer::combine(std::size_t user, std::size_t items, const float* biases, float* scores) const {
  const float* const products = products_.data() + user * dimensions_.personas * kItemBlock;
  const bool learns = dimensions_.learns_attention();
  const float* const others =
      learns ? affinities_.data() + user * dimensions_.affinity_rows() * kItemBlock : products + kItemBlock;
  for (std::size_t item = 0; item < items; item += kLanes) {
    const auto first = learns ? Floats{} : load(products + item);
    store(scores + item,
          mixture(first, others + item, products + item, dimensions_.personas, kItemBlock) + load(biases + item));
  }
}

}  // namespace ampcf::model
