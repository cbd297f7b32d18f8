#include "ampcf/parallel/batch_sampler.hpp"

#include "ampcf/sampling/epoch_order.hpp"

#include <algorithm>

namespace ampcf::parallel {

BatchSampler::BatchSampler(const ShardPlan& plan, std::uint64_t rank, const dataset::Interactions& interactions,
                           sampling::NegativeSampler negatives, bool is_full_softmax, std::uint64_t seed)
    : plan_(plan),
      shards_(plan.shards_of_rank(rank)),
      interactions_(interactions),
      negatives_(std::move(negatives)),
      is_full_softmax_(is_full_softmax),
      seed_(seed),
      order_(interactions.item.size()) {
  batch_.candidates_per_example = is_full_softmax ? negatives_.table().size() : negatives_.count() + 1;
}

void BatchSampler::begin_epoch(std::uint64_t epoch) {
  epoch_ = epoch;
  for (auto shard = shards_.first; shard < shards_.last; ++shard) {
    const auto first = plan_.first_position_of_shard(shard) - interactions_.first_position;
    sampling::shuffle_epoch(std::span(order_).subspan(first, plan_.interactions_of_shard(shard)), seed_, shard, epoch);
  }
}

const model::MiniBatch& BatchSampler::batch(std::uint64_t step) {
  batch_.users.clear();
  batch_.slot.clear();
  batch_.candidates.clear();
  batch_.shard_first_slot.assign(1, 0);
  for (auto shard = shards_.first; shard < shards_.last; ++shard) {
    append_shard(shard, step);
    batch_.shard_first_slot.push_back(static_cast<std::uint32_t>(batch_.users.size()));
  }
  return batch_;
}

void BatchSampler::append_shard(std::uint64_t shard, std::uint64_t step) {
  const auto first = plan_.first_position_of_shard(shard) - interactions_.first_position;
  const auto users = plan_.users_of_shard(shard);
  const auto offsets =
      std::span(interactions_.indptr).subspan(users.first - interactions_.users.first, users.count() + 1);
  const auto end = plan_.visited(shard, step + 1);
  positives_.clear();
  for (auto next = plan_.visited(shard, step); next < end; ++next) {
    const auto position = first + order_[first + next];
    // Offsets have equal entries for users without interactions: the last user that begins at or before the position.
    const auto after = std::upper_bound(offsets.begin(), offsets.end(), position);
    const auto user = users.first - interactions_.users.first + static_cast<std::uint64_t>(after - offsets.begin()) - 1;
    positives_.push_back({user, position});
  }
  std::sort(positives_.begin(), positives_.end());  // a user's examples together: his gradient is summed in this order
  const auto first_slot = batch_.users.size();
  for (const auto& positive : positives_) {
    if (batch_.users.size() == first_slot || batch_.users.back() != positive.local_user) {
      batch_.users.push_back(positive.local_user);
    }
    append_example(positive);
  }
}

void BatchSampler::append_example(const Positive& positive) {
  const auto item = interactions_.item[positive.local_position];
  batch_.slot.push_back(static_cast<std::uint32_t>(batch_.users.size() - 1));
  const auto first = batch_.candidates.size();
  batch_.candidates.push_back(item);
  batch_.candidates.resize(first + batch_.candidates_per_example);
  const auto negatives = std::span(batch_.candidates).subspan(first + 1);
  if (is_full_softmax_) {
    for (ItemIndex other = 0; other < negatives.size(); ++other) {
      negatives[other] = other < item ? other : other + 1;
    }
  } else {
    negatives_.draw(epoch_, interactions_.first_position + positive.local_position, item,
                    interactions_.of(positive.local_user), negatives);
  }
}

}  // namespace ampcf::parallel
