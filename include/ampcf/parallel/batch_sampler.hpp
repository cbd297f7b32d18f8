#pragma once

#include "ampcf/dataset/dataset.hpp"
#include "ampcf/model/mini_batch.hpp"
#include "ampcf/parallel/shard_plan.hpp"
#include "ampcf/sampling/negatives.hpp"

namespace ampcf::parallel {

/// Makes a rank's part of every global mini-batch: its shards' next interactions in the epoch's order, with negatives.
/// A part's content depends on (seed, epoch, step, shard) alone.
class BatchSampler {
 public:
  BatchSampler(const ShardPlan& plan, std::uint64_t rank, const dataset::Interactions& interactions,
               sampling::NegativeSampler negatives, bool is_full_softmax, std::uint64_t seed);

  void begin_epoch(std::uint64_t epoch);

  /// The part of `step` < steps_per_epoch(); valid until the next call.
  const model::MiniBatch& batch(std::uint64_t step);

  [[nodiscard]] std::size_t candidates_per_example() const { return batch_.candidates_per_example; }

 private:
  // One interaction in the order of an epoch.
  struct Visit {
    std::uint32_t position;  // in its shard
    std::uint32_t user;      // local
  };
  struct Positive {
    std::uint32_t local_user;
    std::uint64_t local_position;
    bool operator<(const Positive& other) const { return local_position < other.local_position; }
  };
  // A shard's part of a step, as places in order_.
  struct Part {
    std::uint64_t first_of_shard;
    std::uint64_t begin;
    std::uint64_t end;
  };
  void find_parts(std::uint64_t step);
  void append_positives(const Part& part);
  void append_users();
  void draw_candidates();
  void draw_candidates(std::size_t first, std::size_t count);

  const ShardPlan& plan_;
  ShardPlan::ShardRange shards_;
  const dataset::Interactions& interactions_;
  sampling::NegativeSampler negatives_;
  bool is_full_softmax_;
  std::uint64_t seed_;
  std::uint64_t epoch_ = 0;
  std::vector<Visit> order_;          // of all local shards, each a permutation of its own positions
  std::vector<Part> parts_;           // of the step, by shard
  std::vector<Positive> positives_;   // of the batch, by shard, then position and so user
  std::vector<std::uint32_t> words_;  // random words of sixteen examples
  model::MiniBatch batch_;
};

}  // namespace ampcf::parallel
