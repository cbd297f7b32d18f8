#include "ampcf/parallel/shard_plan.hpp"

#include "ampcf/core/error.hpp"

#include <algorithm>
#include <bit>

namespace ampcf::parallel {

namespace {

__extension__ using Wide = unsigned __int128;  // n_s * step * S passes 2^64 for the largest data

std::uint64_t share_of(std::uint64_t total, std::uint64_t part, std::uint64_t parts) {
  return static_cast<std::uint64_t>(static_cast<Wide>(total) * part / parts);
}

std::uint64_t reversed_bits(std::uint64_t value, int bits) {
  std::uint64_t reversed = 0;
  for (int bit = 0; bit < bits; ++bit) {
    reversed |= ((value >> bit) & 1U) << (bits - 1 - bit);
  }
  return reversed;
}

}  // namespace

ShardPlan::ShardPlan(std::span<const std::uint64_t> indptr, std::uint64_t shards, std::uint64_t ranks,
                     std::uint64_t batch_size) {
  const auto interactions = indptr.back();
  if (ranks > shards) {
    throw UsageError("{} ranks for {} shards: expected no more ranks than --shards", ranks, shards);
  }
  if (interactions == 0) {
    throw DataError("the dataset has no training interactions");
  }
  for (std::uint64_t shard = 0; shard <= shards; ++shard) {
    const auto target = share_of(interactions, shard, shards);
    const auto cut = std::lower_bound(indptr.begin(), indptr.end(), target);
    first_user_.push_back(shard == shards ? indptr.size() - 1 : static_cast<UserIndex>(cut - indptr.begin()));
    first_position_.push_back(indptr[first_user_.back()]);
  }
  first_user_.front() = 0;
  for (std::uint64_t rank = 0; rank <= ranks; ++rank) {
    const auto target = share_of(interactions, rank, ranks);
    auto cut = std::lower_bound(first_position_.begin(), first_position_.end(), target);
    if (cut != first_position_.begin() && target - *(cut - 1) < *cut - target) {
      --cut;
    }
    first_shard_.push_back(rank == ranks ? shards : static_cast<std::uint64_t>(cut - first_position_.begin()));
  }
  first_shard_.front() = 0;
  const auto bits = static_cast<int>(std::bit_width(shards - 1));
  phase_denominator_ = std::uint64_t{1} << bits;
  for (std::uint64_t shard = 0; shard < shards; ++shard) {
    phase_numerator_.push_back(reversed_bits(shard, bits));
  }
  steps_ = (interactions + batch_size - 1) / batch_size;
  std::uint64_t largest = 0;
  for (std::uint64_t shard = 0; shard < shards; ++shard) {
    largest = std::max(largest, interactions_of_shard(shard));
  }
  is_narrow_ = static_cast<Wide>(largest + 1) * steps_ * phase_denominator_ < (static_cast<Wide>(1) << 64U);
}

std::uint64_t ShardPlan::visited(std::uint64_t shard, std::uint64_t step) const {
  if (is_narrow_) {
    return (interactions_of_shard(shard) * step * phase_denominator_ + phase_numerator_[shard] * steps_) /
           (steps_ * phase_denominator_);
  }
  const auto numerator = static_cast<Wide>(interactions_of_shard(shard)) * step * phase_denominator_ +
                         static_cast<Wide>(phase_numerator_[shard]) * steps_;
  return static_cast<std::uint64_t>(numerator / (static_cast<Wide>(steps_) * phase_denominator_));
}

std::uint64_t ShardPlan::global_batch_size(std::uint64_t step) const {
  std::uint64_t size = 0;
  for (std::uint64_t shard = 0; shard < shard_count(); ++shard) {
    size += visited(shard, step + 1) - visited(shard, step);
  }
  return size;
}

std::uint64_t ShardPlan::largest_share_of(std::uint64_t shard) const {
  const auto interactions = interactions_of_shard(shard);
  return interactions == 0 ? 0 : (interactions + steps_ - 1) / steps_ + 1;
}

std::uint64_t ShardPlan::largest_part(ShardRange shards) const {
  std::uint64_t size = 0;
  for (auto shard = shards.first; shard < shards.last; ++shard) {
    size += largest_share_of(shard);
  }
  return size;
}

std::uint64_t ShardPlan::largest_share() const {
  std::uint64_t largest = 0;
  for (std::uint64_t shard = 0; shard < shard_count(); ++shard) {
    largest = std::max(largest, largest_share_of(shard));
  }
  return largest;
}

}  // namespace ampcf::parallel
