#pragma once

#include "ampcf/communication/communicator.hpp"
#include "ampcf/parallel/fixed_point.hpp"

namespace ampcf::parallel {

/// Adds up the gradients of what all ranks hold alike. After sum() every rank has the same totals, and, because they
/// are sums of integers, the same as any other number of ranks would have.
class GradientExchange {
 public:
  GradientExchange(const communication::Communicator& communicator, std::uint64_t item_count);

  /// Collective. `request` is a rank's wish to stop; returns the largest over all ranks. Throws on every rank when an
  /// item occurred more often than its scale allows.
  ///
  /// Rows travel in the cheaper of two ways, chosen by the bytes that a rank receives: each rank's touched rows to all
  /// (sparse), or an allreduce over the whole catalogue (dense).
  std::uint32_t sum(ItemGradients& items, FormGradient& form, std::uint32_t request);

  /// Bytes that this rank has received in row exchanges, and steps that went dense.
  [[nodiscard]] std::uint64_t bytes_received() const { return bytes_received_; }
  [[nodiscard]] std::uint64_t dense_steps() const { return dense_steps_; }

 private:
  void sum_sparse(ItemGradients& items);
  void sum_dense(ItemGradients& items);
  void check_occurrences(const ItemGradients& items) const;

  const communication::Communicator& communicator_;
  std::uint64_t item_count_;
  std::uint64_t bytes_received_ = 0;
  std::uint64_t dense_steps_ = 0;
  std::vector<std::int32_t> wire_;  // rows under way, (rows, row size)
};

}  // namespace ampcf::parallel
