#pragma once

#include "ampcf/communication/message_rounds.hpp"
#include "ampcf/communication/node.hpp"
#include "ampcf/kernels/prefetch.hpp"
#include "ampcf/parallel/form_gradient.hpp"
#include "ampcf/parallel/total_rows.hpp"

#include <array>
#include <chrono>

namespace ampcf::parallel {

/// What a step's gradients need room for.
struct GradientShape {
  model::Dimensions dimensions;
  model::Projected projected = model::Projected::personas;
  std::uint64_t item_count = 0;
  std::uint64_t largest_batch = 0;  // positives of a global batch
  std::size_t candidates_per_example = 0;
  ItemScale scale;
  std::uint64_t shards = 0;
  std::uint64_t largest_share = 0;  // of one shard in a batch
  bool are_totals_rounded = false;  // of items, to 16 bits a number

  /// Of an item's gradient, beside the bias' one.
  [[nodiscard]] std::size_t components() const { return model::rows_of_item(projected) * dimensions.padded_dim(); }
};

/// The gradients of what all ranks hold alike, and their sums over all ranks. Sums are of integers, and so the same for
/// any number of ranks and nodes.
///
/// The ranks of a node see each other's gradients in shared memory; each lane adds up the items that are its own
/// (block_of(item) modulo lanes), exchanges them with the same lane of other nodes, and updates them for its node.
/// A step is:
///
///     clear()        then gradients into items(), and into form() where personas are projected
///     publish()      from here to combine() a rank can do what concerns nobody else, and calls
///     progress()     now and then, in which messages to and from other nodes advance
///     combine()      the owner's rows hold totals
///     owned rows     updated in the node's memory by their owners; where items are projected, each block of rows adds
///                    its partial sum to form()
///     finish()       everybody sees every update, form_total() and the largest request
///
/// Rows travel between the nodes of a lane in one of two ways, chosen by the bytes that a rank receives. Direct: each
/// node's rows to all, which add them up. By owners: each row to the node that owns it (a lane's items in turn), which
/// adds up and sends the total to all.
class GradientExchange {
 public:
  /// A block of items always belongs to one lane, so that a sum over it in a given order depends on nothing else.
  static constexpr std::size_t kItemBlocks = 128;
  /// Items whose biases share a cache line: owned by several lanes, it would go to and fro between their cores.
  static constexpr std::size_t kItemsOfLine = 64 / sizeof(float);
  [[nodiscard]] static std::size_t block_of(ItemIndex item) { return item / kItemsOfLine % kItemBlocks; }

  class Memory;

  /// May fail on one rank alone; so `memory`, which the ranks of the node make together, is made before.
  GradientExchange(const communication::Node& node, Memory memory, const GradientShape& shape);

  [[nodiscard]] ItemGradients& items() { return items_; }
  [[nodiscard]] const ItemGradients& items() const { return items_; }
  [[nodiscard]] FormGradient& form() { return form_; }

  void clear();
  /// `request` (below 256) is a rank's wish.
  void publish(std::uint32_t request);
  /// Whether progress() can help: there are other nodes.
  [[nodiscard]] bool has_messages() const { return node_.has_lane() && node_.lane().size() > 1; }
  /// Does what can be done of combine() without waiting.
  void progress();
  /// Collective over the lane.
  void combine();
  /// Collective over the node. Returns the largest request of all ranks. Throws on every rank when an item occurred
  /// more often than its scale allows.
  std::uint32_t finish();

  /// Whether this rank updates the item.
  [[nodiscard]] bool owns(ItemIndex item) const { return owns_block_[block_of(item)]; }
  /// Calls update(index, ahead) for each of this rank's touched items, after combine(): `ahead` comes some rows later.
  template <typename F>
  void for_each_owned_looking_ahead(F&& update) const {
    const auto ahead = kernels::rows_ahead(items_.components());
    for (std::size_t i = 0; i < owned_.size(); ++i) {
      update(owned_[i], owned_[std::min(i + ahead, owned_.size() - 1)]);
    }
  }
  /// Block by block: update(indices), the rows of a block by rising item, and a block before that prepare(index).
  template <typename Prepare, typename F>
  void for_each_owned_block(Prepare&& prepare, F&& update) {
    sort_owned();
    const auto rows_of = [&](std::size_t block) {
      return std::span(sorted_).subspan(first_of_block_[block], first_of_block_[block + 1] - first_of_block_[block]);
    };
    for (std::size_t block = 0; block < kItemBlocks; ++block) {
      if (block + 1 < kItemBlocks) {
        for (const auto index : rows_of(block + 1)) {
          prepare(index);
        }
      }
      if (!rows_of(block).empty()) {
        update(rows_of(block));
      }
    }
  }
  /// Calls update(index) for each.
  template <typename F>
  void for_each_owned(F&& update) const {
    std::for_each(owned_.begin(), owned_.end(), update);
  }

  /// The summed gradient of the attention form (padded d, padded d), in units of form().unit(), until the next
  /// publish(); empty for identity.
  [[nodiscard]] std::span<const Number> form_total() const { return form_total_; }

  /// Bytes that this rank has received from other nodes, steps whose rows went by owners, and the time it has spent
  /// waiting for other ranks.
  [[nodiscard]] std::uint64_t bytes_received() const { return bytes_received_; }
  [[nodiscard]] std::uint64_t steps_by_owners() const { return steps_by_owners_; }
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
    ItemGradients::Head* heads;
    Number* form;
  };

  enum class Stage { published, first_round, second_round, combined };

  void begin();
  void add_rows_of_node();
  void add_form_of_node();
  void list_owned();
  void round_owned();
  void begin_first_round();
  void begin_second_round();
  void end_round();
  void end_first_round();
  void end_second_round();
  void choose_way(std::uint64_t rows, std::uint64_t totals);
  void check_occurrences();
  void sort_owned();
  [[nodiscard]] std::span<Number> form_slice() const;
  [[nodiscard]] std::span<Number> sent_form() const;
  [[nodiscard]] std::span<Number> form_part(std::size_t node) const;
  [[nodiscard]] std::size_t node_of(ItemIndex item) const {
    return (item / kItemsOfLine / node_.lanes() * kItemsOfLine + item % kItemsOfLine) % nodes_;
  }

  const communication::Node& node_;
  std::uint64_t lane_;
  bool forms_late_;  // dM comes of items' totals, which every node has: nothing of it travels
  std::array<bool, kItemBlocks> owns_block_;
  // Of the first so many items; of the others they are repeated.
  std::array<std::uint64_t, kItemBlocks * kItemsOfLine / 64> owned_bits_;

  std::size_t nodes_;        // of this lane
  std::size_t this_node_;    // among them
  std::vector<Peer> peers_;  // by rank of the node, this one among them
  std::span<Number> form_total_;
  communication::NodeBarrier published_;
  communication::NodeBarrier formed_;
  communication::NodeBarrier updated_;
  ItemGradients items_;
  FormGradient form_;
  TotalRows totals_;
  communication::MessageRounds<Number> rounds_;
  std::vector<std::vector<Number>> letters_;                   // to each node of the lane
  std::vector<std::span<const Number>> outgoing_;              // to each node: its letter, or one for all
  std::vector<Number> packed_;                                 // a row
  std::vector<std::uint32_t> owned_;                           // this rank's rows
  bool is_by_item_ = false;                                    // they are in the order of their items
  std::vector<std::uint32_t> sorted_;                          // the same by block and item
  std::array<std::size_t, kItemBlocks + 1> first_of_block_{};  // in it
  Stage stage_ = Stage::combined;
  bool is_direct_ = true;         // this step's way, which the numbers of the step before decide
  std::uint64_t rows_taken_ = 0;  // this step's rows that came from other nodes
  std::uint64_t bytes_received_ = 0;
  std::uint64_t steps_by_owners_ = 0;
  double seconds_waiting_ = 0.0;
};

/// What the ranks of a node share of an exchange.
class GradientExchange::Memory {
 public:
  /// Collective over the node. Fails on all its ranks or on none.
  Memory(const communication::Node& node, communication::NodeMemory& memory, const GradientShape& shape);

 private:
  friend class GradientExchange;

  std::vector<Peer> peers_;
  std::span<Number> form_total_;
  communication::NodeBarrier published_;
  communication::NodeBarrier formed_;
  communication::NodeBarrier updated_;
};

}  // namespace ampcf::parallel
