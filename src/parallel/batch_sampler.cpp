#include "ampcf/parallel/batch_sampler.hpp"

#include "ampcf/sampling/epoch_order.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace ampcf::parallel {

BatchSampler::BatchSampler(const ShardPlan& plan, std::uint64_t rank, const dataset::Interactions& interactions,
                           sampling::NegativeSampler negatives, bool is_full_softmax, std::uint64_t seed)
    : plan_(plan),
      shards_(plan.shards_of_rank(rank)),
      interactions_(interactions),
      negatives_(std::move(negatives)),
      is_full_softmax_(is_full_softmax),
      seed_(seed),
      order_(interactions.item.size()),
      words_(16 * negatives_.words_per_position()) {
  batch_.candidates_per_example = is_full_softmax ? negatives_.table().size() : negatives_.count() + 1;
  // As much as any step needs: a vector that grew would for a moment be there twice, and be too large then.
  batch_.candidates.reserve(plan.largest_part(rank) * batch_.candidates_per_example);
}

void BatchSampler::begin_epoch(std::uint64_t epoch) {
  epoch_ = epoch;
  for (auto shard = shards_.first; shard < shards_.last; ++shard) {
    const auto first = plan_.first_position_of_shard(shard) - interactions_.first_position;
    const auto order = std::span(order_).subspan(first, plan_.interactions_of_shard(shard));
    const auto users = plan_.users_of_shard(shard);
    auto next = order.begin();
    for (auto user = users.first - interactions_.users.first; user < users.last - interactions_.users.first; ++user) {
      for (auto left = interactions_.of(user).size(); left > 0; --left, ++next) {
        *next = {static_cast<std::uint32_t>(next - order.begin()), static_cast<std::uint32_t>(user)};
      }
    }
    sampling::shuffle(order, seed_, shard, epoch);
  }
}

const model::MiniBatch& BatchSampler::batch(std::uint64_t step) {
  positives_.clear();
  batch_.users.clear();
  batch_.slot.clear();
  batch_.shard_first_slot.assign(1, 0);
  find_parts(step);
  for (const auto& part : parts_) {
    append_positives(part);
    append_users();
    batch_.shard_first_slot.push_back(static_cast<std::uint32_t>(batch_.users.size()));
  }
  draw_candidates();
  return batch_;
}

// A shard's next visits lie anywhere in the order, and what is visited anywhere in the shard: all that a batch needs is
// asked of memory together, first visits, then items.
void BatchSampler::find_parts(std::uint64_t step) {
  parts_.clear();
  for (auto shard = shards_.first; shard < shards_.last; ++shard) {
    const auto first = plan_.first_position_of_shard(shard) - interactions_.first_position;
    const Part part{first, first + plan_.visited(shard, step), first + plan_.visited(shard, step + 1)};
    __builtin_prefetch(order_.data() + part.begin);
    parts_.push_back(part);
  }
  for (const auto& part : parts_) {
    for (auto next = part.begin; next < part.end; ++next) {
      __builtin_prefetch(interactions_.item.data() + part.first_of_shard + order_[next].position);
    }
  }
}

// Sorted by position and so by user: a user's examples stand together, and his gradient is summed in this order. Of a
// few, a position's place is the number of those below it, which no branch has to be foreseen for.
void BatchSampler::append_positives(const Part& part) {
  constexpr std::size_t kFew = 64;
  const auto visits = std::span(order_).subspan(part.begin, part.end - part.begin);
  const auto first = positives_.size();
  positives_.resize(first + visits.size());
  const auto positives = std::span(positives_).subspan(first);
  const auto positive = [&](const Visit& visit) -> Positive {
    return {visit.user, part.first_of_shard + visit.position};
  };
  if (visits.size() > kFew) {
    std::transform(visits.begin(), visits.end(), positives.begin(), positive);
    std::sort(positives.begin(), positives.end());
    return;
  }
  std::array<std::uint32_t, kFew> positions;
  const auto end = (visits.size() + 15) / 16 * 16;
  for (std::size_t i = 0; i < end; ++i) {
    positions[i] = i < visits.size() ? visits[i].position : UINT32_MAX;
  }
  for (const auto& visit : visits) {
    std::uint32_t below = 0;
    for (std::size_t i = 0; i < end; ++i) {
      below += positions[i] < visit.position ? 1U : 0U;
    }
    positives[below] = positive(visit);
  }
}

void BatchSampler::append_users() {
  const auto first_slot = batch_.users.size();
  for (auto i = batch_.slot.size(); i < positives_.size(); ++i) {
    if (batch_.users.size() == first_slot || batch_.users.back() != positives_[i].local_user) {
      batch_.users.push_back(positives_[i].local_user);
    }
    batch_.slot.push_back(static_cast<std::uint32_t>(batch_.users.size() - 1));
  }
}

void BatchSampler::draw_candidates() {
  batch_.candidates.resize(positives_.size() * batch_.candidates_per_example);
  for (std::size_t first = 0; first < positives_.size(); first += 16) {
    draw_candidates(first, std::min<std::size_t>(16, positives_.size() - first));
  }
}

void BatchSampler::draw_candidates(std::size_t first, std::size_t count) {
  if (!is_full_softmax_) {
    std::array<Position, 16> positions{};
    for (std::size_t i = 0; i < count; ++i) {
      positions[i] = interactions_.first_position + positives_[first + i].local_position;
    }
    negatives_.first_words(epoch_, positions, words_);
  }
  for (std::size_t i = 0; i < count; ++i) {
    const auto& positive = positives_[first + i];
    const auto candidates = std::span(batch_.candidates)
                                .subspan((first + i) * batch_.candidates_per_example, batch_.candidates_per_example);
    const auto item = interactions_.item[positive.local_position];
    const auto negatives = candidates.subspan(1);
    candidates[0] = item;
    if (is_full_softmax_) {
      for (ItemIndex other = 0; other < negatives.size(); ++other) {
        negatives[other] = other < item ? other : other + 1;
      }
    } else {
      const auto words = negatives_.words_per_position();
      negatives_.draw(
          epoch_, interactions_.first_position + positive.local_position, item,
          negatives_.is_seen_excluded() ? interactions_.of(positive.local_user) : std::span<const ItemIndex>(),
          negatives, std::span(words_).subspan(i * words, words));
    }
  }
}

}  // namespace ampcf::parallel
