#include "ampcf/parallel/exchange.hpp"

#include "ampcf/core/error.hpp"
#include "ampcf/parallel/way_of_rows.hpp"

#include <algorithm>
#include <numeric>

namespace ampcf::parallel {

namespace {

// Adds the time that it lives.
class Stopwatch {
 public:
  explicit Stopwatch(double& seconds) : seconds_(seconds) {}
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() { seconds_ += std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  double& seconds_;
  Clock::time_point start_ = Clock::now();
};

std::size_t rows_capacity(const GradientShape& shape) {
  return ItemGradients::capacity(shape.item_count, shape.largest_batch, shape.candidates_per_example);
}

// Partial sums are of shards' personas, or of blocks of totals of items.
FormGradient form_of(const GradientShape& shape, Number* memory) {
  if (shape.projected != model::Projected::items) {
    return {shape.dimensions, shape.shards, shape.largest_share, shape.scale.factor(), FormGradient::Memory(memory)};
  }
  // A block with popular items has some times its even share of a batch: kClip leaves room for that.
  const auto blocks =
      std::min<std::uint64_t>(GradientExchange::kItemBlocks, shape.item_count / GradientExchange::kItemsOfLine + 1);
  const auto share = (shape.largest_batch + blocks - 1) / blocks;
  return {shape.dimensions, blocks, share, 1.0F, FormGradient::Memory(memory)};
}

}  // namespace

GradientExchange::Memory::Memory(const communication::Node& node, communication::NodeMemory& memory,
                                 const GradientShape& shape)
    : peers_([&] {
        std::vector<Peer> peers;
        node.ranks().agree([&] { peers.resize(static_cast<std::size_t>(node.ranks().size())); });
        for (auto& peer : peers) {
          peer = {memory.allocate<Notice>(1).data(), memory.allocate<Verdict>(1).data(),
                  memory.allocate<Number>(rows_capacity(shape) * shape.components()).data(),
                  memory.allocate<ItemGradients::Head>(rows_capacity(shape)).data(),
                  memory.allocate<Number>(FormGradient::size(shape.dimensions)).data()};
        }
        return peers;
      }()),
      form_total_(memory.allocate<Number>(FormGradient::size(shape.dimensions))),
      published_(node.ranks(), memory),
      formed_(node.ranks(), memory),
      updated_(node.ranks(), memory) {}

GradientExchange::GradientExchange(const communication::Node& node, Memory memory, const GradientShape& shape)
    : node_(node),
      lane_(node.lane_number()),
      forms_late_(shape.projected == model::Projected::items),
      owns_block_([&] {
        std::array<bool, kItemBlocks> owns{};
        for (std::size_t block = 0; block < kItemBlocks; ++block) {
          owns[block] = node.has_lane() && block % node.lanes() == lane_;
        }
        return owns;
      }()),
      owned_bits_([&] {
        decltype(owned_bits_) bits{};
        for (std::size_t item = 0; item < kItemBlocks * kItemsOfLine; ++item) {
          bits[item / 64] |= std::uint64_t{owns(static_cast<ItemIndex>(item))} << (item % 64);
        }
        return bits;
      }()),
      nodes_(static_cast<std::size_t>(node.lane().size())),
      this_node_(static_cast<std::size_t>(node.lane().rank())),
      peers_(std::move(memory.peers_)),
      form_total_(memory.form_total_),
      published_(memory.published_),
      formed_(memory.formed_),
      updated_(memory.updated_),
      items_(shape.components(), shape.item_count, shape.largest_batch, shape.candidates_per_example, shape.scale,
             {ItemGradients::Memory::Rows(peers_[lane_].rows), ItemGradients::Memory::Heads(peers_[lane_].heads),
              peers_.size() > 1}),
      form_(form_of(shape, peers_[lane_].form)),
      totals_(shape.components(), shape.are_totals_rounded),
      rounds_(node.lane()),
      letters_(nodes_),
      outgoing_(nodes_),
      packed_(items_.packed_size()) {}

void GradientExchange::clear() {
  items_.clear();
  form_.clear();
}

void GradientExchange::publish(std::uint32_t request) {
  *peers_[lane_].notice = {items_.row_count(), request};
  published_.arrive();
  stage_ = Stage::published;
}

void GradientExchange::progress() {
  if (!has_messages()) {
    return;
  }
  if (stage_ == Stage::published && published_.is_complete()) {
    begin();
  } else if ((stage_ == Stage::first_round || stage_ == Stage::second_round) && rounds_.is_over()) {
    end_round();
  }
}

void GradientExchange::combine() {
  if (stage_ == Stage::published) {
    {
      const Stopwatch waiting(seconds_waiting_);
      published_.wait();
    }
    begin();
  }
  while (stage_ != Stage::combined) {
    {
      const Stopwatch waiting(seconds_waiting_);
      rounds_.wait();
    }
    end_round();
  }
  if (node_.has_lane()) {
    check_occurrences();
  }
}

// What the ranks of this node have published becomes the node's sums, and these set off.
void GradientExchange::begin() {
  stage_ = Stage::combined;
  if (!node_.has_lane()) {
    return;
  }
  auto& verdict = *peers_[lane_].verdict;
  verdict = {};
  for (const auto& peer : peers_) {
    verdict.request = std::max(verdict.request, peer.notice->request);
  }
  add_rows_of_node();
  if (!forms_late_) {
    add_form_of_node();
  }
  if (nodes_ > 1) {
    begin_first_round();
  } else {
    round_owned();
  }
}

// Others' rows of this rank's items join its own. Others read of this table only rows of their items.
void GradientExchange::add_rows_of_node() {
  const auto stride = items_.components();
  const auto ahead = kernels::rows_ahead(stride);
  for (std::size_t rank = 0; rank < peers_.size(); ++rank) {
    const auto& peer = peers_[rank];
    const auto count = rank == lane_ ? 0 : peer.notice->row_count;
    for (std::size_t index = 0; index < count; ++index) {
      if (index + ahead < count && owns(peer.heads[index + ahead].item)) {
        kernels::ask_for(peer.rows + (index + ahead) * stride, stride);
      }
      if (owns(peer.heads[index].item)) {
        items_.add(peer.heads[index], peer.rows + index * stride);
      }
    }
  }
  list_owned();
}

// Where other cores read and write items, too, by rising item: rows that lie side by side come faster from there. Alone
// as they were touched.
void GradientExchange::list_owned() {
  owned_.clear();
  is_by_item_ = (peers_.size() > 1 || forms_late_) && items_.is_dense();
  if (is_by_item_) {
    items_.for_each_by_item(owned_bits_, [&](std::uint32_t index) { owned_.push_back(index); });
    return;
  }
  const auto heads = items_.heads();
  for (std::uint32_t index = 0; index < heads.size(); ++index) {
    if (owns(heads[index].item)) {
      owned_.push_back(index);
    }
  }
}

// Each lane adds up a slice of the form's sums.
void GradientExchange::add_form_of_node() {
  const auto slice = form_slice();
  const auto first = slice.data() - form_total_.data();
  std::fill(slice.begin(), slice.end(), 0);
  for (const auto& peer : peers_) {
    std::transform(slice.begin(), slice.end(), peer.form + first, slice.begin(), std::plus<>());
  }
}

std::span<Number> GradientExchange::form_slice() const {
  const auto first = form_total_.size() * lane_ / node_.lanes();
  return form_total_.subspan(first, form_total_.size() * (lane_ + 1) / node_.lanes() - first);
}

// What of the lane's slice goes to other nodes.
std::span<Number> GradientExchange::sent_form() const { return forms_late_ ? std::span<Number>() : form_slice(); }

// Of that, the part that a node adds up where rows go by owners.
std::span<Number> GradientExchange::form_part(std::size_t node) const {
  const auto slice = sent_form();
  const auto first = slice.size() * node / nodes_;
  return slice.subspan(first, slice.size() * (node + 1) / nodes_ - first);
}

void GradientExchange::round_owned() {
  if (totals_.is_rounded()) {
    for_each_owned([&](std::size_t index) {
      items_.pack(index, packed_.data());
      totals_.round(packed_.data());
      items_.put_packed(packed_.data());
    });
  }
}

// A letter: this node's request, its sums of the form, or of the receiver's part of it, and its rows.
void GradientExchange::begin_first_round() {
  stage_ = Stage::first_round;
  const std::size_t letters = is_direct_ ? 1 : nodes_;
  for (std::size_t node = 0; node < letters; ++node) {
    const auto form = is_direct_ ? sent_form() : form_part(node);
    letters_[node].assign(1, std::bit_cast<Number>(peers_[lane_].verdict->request));
    letters_[node].insert(letters_[node].end(), form.begin(), form.end());
  }
  for_each_owned([&](std::size_t index) {
    const std::size_t node = is_direct_ ? 0 : node_of(items_.item_at(index));
    if (is_direct_ || node != this_node_) {
      items_.pack(index, packed_.data());
      letters_[node].insert(letters_[node].end(), packed_.begin(), packed_.end());
    }
  });
  for (std::size_t node = 0; node < nodes_; ++node) {
    outgoing_[node] = letters_[is_direct_ ? 0 : node];
  }
  rounds_.begin(outgoing_);
}

void GradientExchange::end_round() {
  for (std::size_t node = 0; node < nodes_; ++node) {
    bytes_received_ += node == this_node_ ? 0 : rounds_.from(static_cast<int>(node)).size_bytes();
  }
  if (stage_ == Stage::first_round) {
    end_first_round();
  } else {
    end_second_round();
  }
}

void GradientExchange::end_first_round() {
  const auto form = is_direct_ ? sent_form() : form_part(this_node_);
  std::uint64_t rows = 0;
  for_each_owned([&](std::size_t index) { rows += is_direct_ || node_of(items_.item_at(index)) == this_node_; });
  auto& request = peers_[lane_].verdict->request;
  for (std::size_t node = 0; node < nodes_; ++node) {
    if (node == this_node_) {
      continue;
    }
    const auto letter = rounds_.from(static_cast<int>(node));
    request = std::max(request, std::bit_cast<std::uint32_t>(letter[0]));
    std::transform(form.begin(), form.end(), letter.begin() + 1, form.begin(), std::plus<>());
    for (auto at = 1 + form.size(); at < letter.size(); at += items_.packed_size()) {
      items_.add_packed(letter.data() + at);
      ++rows;
    }
  }
  list_owned();
  if (is_direct_) {
    round_owned();
    stage_ = Stage::combined;
    choose_way(rows, owned_.size());
  } else {
    rows_taken_ = rows;
    begin_second_round();
  }
}

// A letter to all: how many rows this node has added up, the totals of its part of the form, and those of its items.
void GradientExchange::begin_second_round() {
  stage_ = Stage::second_round;
  const auto form = form_part(this_node_);
  auto& letter = letters_[this_node_];
  letter.assign(1, std::bit_cast<Number>(static_cast<std::uint32_t>(rows_taken_)));
  letter.insert(letter.end(), form.begin(), form.end());
  for_each_owned([&](std::size_t index) {
    if (node_of(items_.item_at(index)) == this_node_) {
      letter.resize(letter.size() + totals_.size());
      items_.pack(index, packed_.data());
      totals_.pack(packed_.data(), letter.data() + letter.size() - totals_.size());
      items_.put_packed(packed_.data());
    }
  });
  std::fill(outgoing_.begin(), outgoing_.end(), std::span<const Number>(letter));
  rounds_.begin(outgoing_);
}

void GradientExchange::end_second_round() {
  for (std::size_t node = 0; node < nodes_; ++node) {
    if (node == this_node_) {
      continue;
    }
    const auto letter = rounds_.from(static_cast<int>(node));
    const auto form = form_part(node);
    rows_taken_ += std::bit_cast<std::uint32_t>(letter[0]);
    std::copy_n(letter.begin() + 1, form.size(), form.begin());
    for (auto at = 1 + form.size(); at < letter.size(); at += totals_.size()) {
      totals_.unpack(letter.data() + at, packed_.data());
      items_.put_packed(packed_.data());
    }
  }
  ++steps_by_owners_;
  stage_ = Stage::combined;
  list_owned();
  choose_way(rows_taken_, owned_.size());
}

// By `rows` of all nodes, which made `totals`: all ranks of the lane have counted the same.
void GradientExchange::choose_way(std::uint64_t rows, std::uint64_t totals) {
  is_direct_ =
      WayOfRows::of(nodes_, rows, items_.packed_size(), totals, totals_.size(), sent_form().size()).is_direct();
}

void GradientExchange::check_occurrences() {
  auto& verdict = *peers_[lane_].verdict;
  for_each_owned([&](std::size_t index) {
    const auto& head = items_.heads()[index];
    if (head.occurrences > items_.scale().most_occurrences) {
      verdict.item = head.item;
      verdict.occurrences = head.occurrences;
    }
  });
}

// Owned rows by block, then by item: in the order in which they were touched the sums would depend on the ranks.
void GradientExchange::sort_owned() {
  std::array<std::size_t, kItemBlocks + 1> next{};
  for_each_owned([&](std::size_t index) { ++next[block_of(items_.item_at(index)) + 1]; });
  std::partial_sum(next.begin(), next.end(), next.begin());
  first_of_block_ = next;
  sorted_.resize(next.back());
  for_each_owned([&](std::uint32_t index) { sorted_[next[block_of(items_.item_at(index))]++] = index; });
  if (is_by_item_) {
    return;
  }
  for (std::size_t block = 0; block < kItemBlocks; ++block) {
    const auto at = [&](std::size_t place) { return sorted_.begin() + static_cast<std::ptrdiff_t>(place); };
    std::sort(at(first_of_block_[block]), at(first_of_block_[block + 1]),
              [&](std::uint32_t a, std::uint32_t b) { return items_.item_at(a) < items_.item_at(b); });
  }
}

std::uint32_t GradientExchange::finish() {
  if (forms_late_) {
    formed_.arrive();
    {
      const Stopwatch waiting(seconds_waiting_);
      formed_.wait();
    }
    if (node_.has_lane()) {
      add_form_of_node();
    }
  }
  updated_.arrive();
  {
    const Stopwatch waiting(seconds_waiting_);
    updated_.wait();
  }
  std::uint32_t request = 0;
  for (std::uint64_t lane = 0; lane < node_.lanes(); ++lane) {
    const auto& verdict = *peers_[lane].verdict;
    request = std::max(request, verdict.request);
    if (verdict.occurrences > 0) {
      // Every rank has the same totals and so the same error.
      throw communication::AgreedError(
          ExitCode::runtime, 0,
          fmt::format("item {} occurs {} times in one batch, and the fixed-point sums hold {}: use another --seed or a "
                      "smaller --batch-size, and report this",
                      verdict.item, verdict.occurrences, items_.scale().most_occurrences));
    }
  }
  return request;
}

}  // namespace ampcf::parallel
