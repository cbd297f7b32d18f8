#pragma once

#include "ampcf/core/types.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace ampcf::parallel {

/// How users are divided into logical shards and shards over ranks. Everything that a model depends on is addressed by
/// shard, so that the number of ranks, 1 <= P <= S, is of no consequence.
///
/// A shard is a contiguous range of users cut where the interactions before it pass its even share, so a rank reads and
/// writes one slice of every user-wise table. A global mini-batch takes from every shard in proportion to its
/// interactions.
class ShardPlan {
 public:
  /// `indptr` (n_users + 1) are the offsets of /train. Throws UsageError for more ranks than shards, DataError for
  /// no interactions.
  ShardPlan(std::span<const std::uint64_t> indptr, std::uint64_t shards, std::uint64_t ranks, std::uint64_t batch_size);

  [[nodiscard]] std::uint64_t shard_count() const { return first_user_.size() - 1; }
  [[nodiscard]] UserRange users_of_shard(std::uint64_t shard) const {
    return {first_user_[shard], first_user_[shard + 1]};
  }
  [[nodiscard]] std::uint64_t interactions_of_shard(std::uint64_t shard) const {
    return first_position_[shard + 1] - first_position_[shard];
  }
  /// Position of a shard's first interaction in /train/item.
  [[nodiscard]] Position first_position_of_shard(std::uint64_t shard) const { return first_position_[shard]; }

  /// Shards first..last-1 of a rank; a rank may have none, or only shards without users.
  struct ShardRange {
    std::uint64_t first;
    std::uint64_t last;
  };
  [[nodiscard]] ShardRange shards_of_rank(std::uint64_t rank) const {
    return {first_shard_[rank], first_shard_[rank + 1]};
  }
  [[nodiscard]] UserRange users_of_rank(std::uint64_t rank) const {
    return {first_user_[first_shard_[rank]], first_user_[first_shard_[rank + 1]]};
  }

  /// Steps of an epoch: ceil(interactions / batch size).
  [[nodiscard]] std::uint64_t steps_per_epoch() const { return steps_; }

  /// How many of a shard's interactions the first `step` steps of an epoch visit: floor(n_s step / steps + phase_s).
  /// The phases are s / S in bit-reversed order: shards of equal size then make global batches of equal size (Hermite's
  /// identity), and neighbouring shards, which tend to share a rank, take turns.
  [[nodiscard]] std::uint64_t visited(std::uint64_t shard, std::uint64_t step) const;

  /// Positives of one step over all shards, the divisor of every mean.
  [[nodiscard]] std::uint64_t global_batch_size(std::uint64_t step) const;

  /// No step has more positives than this, no rank more in a step than this, and no shard.
  [[nodiscard]] std::uint64_t largest_batch() const { return largest_part({0, shard_count()}); }
  [[nodiscard]] std::uint64_t largest_part(std::uint64_t rank) const { return largest_part(shards_of_rank(rank)); }
  [[nodiscard]] std::uint64_t largest_share() const;

 private:
  [[nodiscard]] std::uint64_t largest_part(ShardRange shards) const;
  [[nodiscard]] std::uint64_t largest_share_of(std::uint64_t shard) const;

  std::vector<UserIndex> first_user_;           // (S + 1)
  std::vector<Position> first_position_;        // (S + 1)
  std::vector<std::uint64_t> first_shard_;      // (P + 1)
  std::vector<std::uint64_t> phase_numerator_;  // (S), over phase_denominator_
  std::uint64_t phase_denominator_ = 1;
  std::uint64_t steps_ = 0;
  bool is_narrow_ = false;  // 64 bits hold what visited() divides, which takes a tenth of the time
};

}  // namespace ampcf::parallel
