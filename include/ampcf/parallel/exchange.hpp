#pragma once

#include "ampcf/communication/node.hpp"
#include "ampcf/kernels/prefetch.hpp"
#include "ampcf/parallel/fixed_point.hpp"

#include <chrono>

namespace ampcf::parallel {

/// What a step's gradients need room for.
struct GradientShape {
  model::Dimensions dimensions;
  std::uint64_t item_count = 0;
  std::uint64_t largest_batch = 0;  // positives of a global batch
  std::size_t candidates_per_example = 0;
  ItemScale scale;
  std::uint64_t shards = 0;
  std::uint64_t largest_share = 0;  // of one shard in a batch
};

/// The gradients of what all ranks hold alike, and their sums over all ranks. Sums are of integers, and so the same for
/// any number of ranks and nodes.
///
/// The ranks of a node see each other's gradients in shared memory; each lane adds up the items that are its own (item
/// modulo lanes), exchanges them with the same lane of other nodes, and updates them for its node. A step is:
///
///     clear()        then gradients into items() and form()
///     publish()      from here to combine() a rank can do what concerns nobody else
///     combine()      the owner's rows hold totals
///     owned rows     updated in the node's memory by their owners
///     finish()       everybody sees every update, form_total() and the largest request
class GradientExchange {
 public:
  /// Collective over the node.
  GradientExchange(const communication::Node& node, communication::NodeMemory& memory, const GradientShape& shape);

  [[nodiscard]] ItemGradients& items() { return items_; }
  [[nodiscard]] const ItemGradients& items() const { return items_; }
  [[nodiscard]] FormGradient& form() { return form_; }

  void clear();
  /// `request` (below 256) is a rank's wish.
  void publish(std::uint32_t request);
  /// Collective over the lane. Rows travel between nodes in the cheaper of two ways, chosen by the bytes that a rank
  /// receives: each rank's touched rows to all (sparse), or an allreduce over the lane's part of the catalogue (dense).
  void combine();
  /// Collective over the node. Returns the largest request of all ranks. Throws on every rank when an item occurred
  /// more often than its scale allows.
  std::uint32_t finish();

  /// Whether this rank updates the item.
  [[nodiscard]] bool owns(ItemIndex item) const { return node_.has_lane() && item % node_.lanes() == lane_; }
  /// Calls update(row) for each of this rank's touched items, after combine(), and some rows before it prepare(item).
  template <typename Prepare, typename F>
  void for_each_owned(Prepare&& prepare, F&& update) {
    const auto ahead = kernels::rows_ahead(items_.row_stride());
    for (std::size_t index = 0; index < items_.row_count(); ++index) {
      if (index + ahead < items_.row_count()) {
        const auto next = item_of(items_.row_at(index + ahead)[items_.item_column()]);
        if (owns(next)) {
          prepare(next);
        }
      }
      Number* const row = items_.row_at(index);
      if (owns(item_of(row[items_.item_column()]))) {
        update(row);
      }
    }
  }
  /// The same without preparation.
  template <typename F>
  void for_each_owned(F&& update) {
    for (std::size_t index = 0; index < items_.row_count(); ++index) {
      Number* const row = items_.row_at(index);
      if (owns(item_of(row[items_.item_column()]))) {
        update(row);
      }
    }
  }

  /// The summed gradient of the attention form (padded d, padded d), in units of form().unit(), until the next
  /// publish(); empty for identity.
  [[nodiscard]] std::span<const Number> form_total() const { return form_total_; }

  /// Bytes of gradients that this rank has received from other nodes, steps that went dense, and the time it has spent
  /// waiting for other ranks.
  [[nodiscard]] std::uint64_t bytes_received() const { return bytes_received_; }
  [[nodiscard]] std::uint64_t dense_steps() const { return dense_steps_; }
  [[nodiscard]] double seconds_waiting() const { return seconds_waiting_; }

 private:
  // What a rank tells its node with its gradients.
  struct alignas(64) Notice {
    std::uint64_t row_count;
    std::uint32_t request;
  };
  // What a lane has found out, over all nodes. Apart from notices, which the next step may already be writing.
  struct alignas(64) Verdict {
    std::uint32_t request;
    ItemIndex item;             // one that occurred too often
    std::uint64_t occurrences;  // of it; 0: there is none
  };
  struct Peer {
    Notice* notice;
    Verdict* verdict;
    Number* rows;
    Number* form;
  };

  void add_rows_of_node();
  void add_form_of_node();
  void exchange_rows();
  void exchange_sparse();
  void exchange_dense(std::uint64_t lane_items);
  void check_occurrences();

  const communication::Node& node_;
  std::uint64_t lane_;
  std::uint64_t item_count_;
  std::vector<Peer> peers_;  // by rank of the node, this one among them
  std::span<Number> form_total_;
  communication::NodeBarrier published_;
  communication::NodeBarrier updated_;
  ItemGradients items_;
  FormGradient form_;
  std::vector<Number> wire_;  // rows under way, (rows, row size)
  std::uint64_t bytes_received_ = 0;
  std::uint64_t dense_steps_ = 0;
  double seconds_waiting_ = 0.0;
};

}  // namespace ampcf::parallel
