#include "ampcf/parallel/exchange.hpp"

#include "ampcf/core/error.hpp"

#include <algorithm>

namespace ampcf::parallel {

GradientExchange::GradientExchange(const communication::Communicator& communicator, std::uint64_t item_count)
    : communicator_(communicator), item_count_(item_count) {}

std::uint32_t GradientExchange::sum(ItemGradients& items, FormGradient& form, std::uint32_t request) {
  if (communicator_.size() > 1) {
    std::uint64_t all_rows = 0;
    for (const auto announced : communicator_.all_gather<std::uint64_t>(items.row_count() << 8U | request)) {
      all_rows += announced >> 8U;
      request = std::max(request, static_cast<std::uint32_t>(announced & 0xFFU));
    }
    // A ring allreduce receives every number twice.
    if (all_rows <= 2 * item_count_) {
      sum_sparse(items);
    } else {
      sum_dense(items);
    }
    communicator_.sum(form.sums());
  }
  check_occurrences(items);
  return request;
}

void GradientExchange::sum_sparse(ItemGradients& items) {
  const auto size = items.row_size();
  wire_.resize(items.row_count() * size);
  for (std::size_t row = 0; row < items.row_count(); ++row) {
    std::copy_n(items.row_at(row), size, wire_.data() + row * size);
  }
  const auto all = communicator_.all_gather<std::int32_t>(wire_);
  bytes_received_ += (all.size() - wire_.size()) * sizeof(std::int32_t);
  items.clear();
  for (std::size_t row = 0; row < all.size(); row += size) {
    items.add_row(all.data() + row);
  }
}

void GradientExchange::sum_dense(ItemGradients& items) {
  const auto size = items.row_size();
  wire_.assign(item_count_ * size, 0);
  for (std::size_t row = 0; row < items.row_count(); ++row) {
    const auto* const from = items.row_at(row);
    std::copy_n(from, items.item_column(), wire_.data() + static_cast<std::size_t>(from[items.item_column()]) * size);
  }
  communicator_.sum(std::span<std::int32_t>(wire_));
  bytes_received_ += 2 * wire_.size() * sizeof(std::int32_t);
  ++dense_steps_;
  items.clear();
  for (std::uint64_t item = 0; item < item_count_; ++item) {
    std::int32_t* const row = wire_.data() + item * size;
    if (row[items.occurrences_column()] > 0) {
      row[items.item_column()] = static_cast<std::int32_t>(item);
      items.add_row(row);
    }
  }
}

void GradientExchange::check_occurrences(const ItemGradients& items) const {
  for (std::size_t row = 0; row < items.row_count(); ++row) {
    const auto* const values = items.row_at(row);
    const auto occurrences = static_cast<std::uint64_t>(values[items.occurrences_column()]);
    if (occurrences > items.scale().most_occurrences) {
      // Every rank has the same totals and so the same error.
      throw communication::AgreedError(
          ExitCode::runtime, 0,
          fmt::format("item {} occurs {} times in one batch, and the fixed-point sums hold {}: use another --seed or a "
                      "smaller --batch-size, and report this",
                      values[items.item_column()], occurrences, items.scale().most_occurrences));
    }
  }
}

}  // namespace ampcf::parallel
