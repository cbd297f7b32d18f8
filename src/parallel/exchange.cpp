#include "ampcf/parallel/exchange.hpp"

#include "ampcf/core/error.hpp"

#include <algorithm>

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
  return ItemGradients::capacity(shape.dimensions, shape.item_count, shape.largest_batch, shape.candidates_per_example);
}

}  // namespace

GradientExchange::GradientExchange(const communication::Node& node, communication::NodeMemory& memory,
                                   const GradientShape& shape)
    : node_(node),
      lane_(node.lane_number()),
      item_count_(shape.item_count),
      peers_([&] {
        std::vector<Peer> peers;
        peers.reserve(static_cast<std::size_t>(node.ranks().size()));
        for (int rank = 0; rank < node.ranks().size(); ++rank) {
          peers.push_back({memory.allocate<Notice>(1).data(), memory.allocate<Verdict>(1).data(),
                           memory.allocate<Number>(rows_capacity(shape)).data(),
                           memory.allocate<Number>(FormGradient::size(shape.dimensions)).data()});
        }
        return peers;
      }()),
      form_total_(memory.allocate<Number>(FormGradient::size(shape.dimensions))),
      published_(node.ranks(), memory),
      updated_(node.ranks(), memory),
      items_(shape.dimensions, shape.item_count, shape.largest_batch, shape.candidates_per_example, shape.scale,
             ItemGradients::Memory(peers_[lane_].rows)),
      form_(shape.dimensions, shape.shards, shape.largest_share, shape.scale.factor(),
            FormGradient::Memory(peers_[lane_].form)) {}

void GradientExchange::clear() {
  items_.clear();
  form_.clear();
}

void GradientExchange::publish(std::uint32_t request) {
  *peers_[lane_].notice = {items_.row_count(), request};
  published_.arrive();
}

void GradientExchange::combine() {
  {
    const Stopwatch waiting(seconds_waiting_);
    published_.wait();
  }
  if (!node_.has_lane()) {
    return;
  }
  auto& verdict = *peers_[lane_].verdict;
  verdict = {};
  for (const auto& peer : peers_) {
    verdict.request = std::max(verdict.request, peer.notice->request);
  }
  add_rows_of_node();
  add_form_of_node();
  if (node_.lane().size() > 1) {
    const Stopwatch waiting(seconds_waiting_);
    exchange_rows();
  }
  check_occurrences();
}

// Others' rows of this rank's items join its own. Others read of this table only rows of their items.
void GradientExchange::add_rows_of_node() {
  const auto stride = items_.row_stride();
  for (std::size_t rank = 0; rank < peers_.size(); ++rank) {
    const auto count = rank == lane_ ? 0 : peers_[rank].notice->row_count;
    for (std::size_t index = 0; index < count; ++index) {
      const auto* const row = peers_[rank].rows + index * stride;
      if (owns(item_of(row[items_.item_column()]))) {
        items_.add_row(row);
      }
    }
  }
}

// Each lane adds up a slice of the form's sums.
void GradientExchange::add_form_of_node() {
  const auto lanes = node_.lanes();
  const auto first = form_total_.size() * lane_ / lanes;
  const auto slice = form_total_.subspan(first, form_total_.size() * (lane_ + 1) / lanes - first);
  std::fill(slice.begin(), slice.end(), 0);
  for (const auto& peer : peers_) {
    std::transform(slice.begin(), slice.end(), peer.form + first, slice.begin(), std::plus<>());
  }
  node_.lane().sum(slice);
}

void GradientExchange::exchange_rows() {
  auto& request = peers_[lane_].verdict->request;
  std::uint64_t own_rows = 0;
  for_each_owned([&](const Number*) { ++own_rows; });
  std::uint64_t all_rows = 0;
  for (const auto announced : node_.lane().all_gather<std::uint64_t>(own_rows << 8U | request)) {
    all_rows += announced >> 8U;
    request = std::max(request, static_cast<std::uint32_t>(announced & 0xFFU));
  }
  const auto lane_items = (item_count_ + node_.lanes() - 1) / node_.lanes();
  // A ring allreduce receives every number twice.
  if (all_rows <= 2 * lane_items) {
    exchange_sparse();
  } else {
    exchange_dense(lane_items);
  }
}

void GradientExchange::exchange_sparse() {
  const auto size = items_.row_size();
  wire_.clear();
  for_each_owned([&](const Number* row) { wire_.insert(wire_.end(), row, row + size); });
  // The sums of all nodes, this one's among them: its own rows begin again at 0.
  const auto all = node_.lane().all_gather<Number>(wire_);
  bytes_received_ += (all.size() - wire_.size()) * sizeof(Number);
  for_each_owned([&](Number* row) { std::fill_n(row, items_.item_column(), 0); });
  for (std::size_t row = 0; row < all.size(); row += size) {
    items_.add_row(all.data() + row);
  }
}

void GradientExchange::exchange_dense(std::uint64_t lane_items) {
  const auto size = items_.row_size();
  wire_.assign(lane_items * size, 0);
  for_each_owned([&](Number* row) {
    const auto at = std::size_t{item_of(row[items_.item_column()])} / node_.lanes();
    std::copy_n(row, items_.item_column(), wire_.data() + at * size);
    std::fill_n(row, items_.item_column(), 0);
  });
  node_.lane().sum(std::span<Number>(wire_));
  bytes_received_ += 2 * wire_.size() * sizeof(Number);
  ++dense_steps_;
  for (std::uint64_t at = 0; at < lane_items; ++at) {
    Number* const row = wire_.data() + at * size;
    if (row[items_.occurrences_column()] > 0) {
      row[items_.item_column()] = std::bit_cast<Number>(static_cast<ItemIndex>(at * node_.lanes() + lane_));
      items_.add_row(row);
    }
  }
}

void GradientExchange::check_occurrences() {
  auto& verdict = *peers_[lane_].verdict;
  for_each_owned([&](const Number* row) {
    const auto occurrences = static_cast<std::uint64_t>(row[items_.occurrences_column()]);
    if (occurrences > items_.scale().most_occurrences) {
      verdict.item = item_of(row[items_.item_column()]);
      verdict.occurrences = occurrences;
    }
  });
}

std::uint32_t GradientExchange::finish() {
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
