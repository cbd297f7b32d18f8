#include "ampcf/training/memory.hpp"

#include "ampcf/model/batch_gradient.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ampcf::training {

checkpoint::StateParts parts_of(const TrainingOptions& options) {
  return {.mean = options.average_epochs > 1, .shares = options.loss.is_balanced()};
}

std::string size_text(std::uint64_t bytes) {
  auto size = static_cast<double>(bytes);
  const char* unit = "bytes";
  for (const char* const larger : {"kB", "MB", "GB", "TB"}) {
    if (size < 999.95) {  // what rounds to 1000 takes the next
      break;
    }
    size /= 1000.0;
    unit = larger;
  }
  return size < 1000.0 ? fmt::format("{:.4g} {}", size, unit) : fmt::format("{:.0f} {}", size, unit);
}

namespace {

constexpr std::uint64_t kNumber = 4;
// What candidates of an example, and their places in all tables, take in a block of sixteen.
std::uint64_t block_bytes(const RunSize& size) {
  const auto& shape = size.dimensions;
  const std::uint64_t tables = shape.learns_attention() ? 4 : 3;  // t, s, a and its derivative
  const auto numbers = kernels::kLanes * size.candidates * (tables * shape.personas + 2) +  // y; log q
                       model::DotProducts<float>::room_for(shape.personas);
  return kNumber * numbers + sizeof(void*) * size.candidates;
}

}  // namespace

MemoryNeed memory_need(const RunSize& size) {
  const auto& shape = size.dimensions;
  const std::uint64_t tables = size.parts.mean ? 4 : 3;  // a parameter, its two moments, its mean
  const std::uint64_t shares = size.parts.shares ? kNumber * shape.personas : 0;
  // Personas and how often they were updated; shares; offset of the history; validation item and candidates.
  const auto user =
      tables * kNumber * shape.user_stride() + kNumber + 8 + 8 + kNumber * size.validation_candidates + shares;
  // Alias table and probability; log q. At the start beside them for a moment: its count, what is left of its slot, its
  // place among these. Later: row of its gradient.
  const std::uint64_t item = 8 + 8 + (size.has_log_q ? kNumber : 0);
  constexpr std::uint64_t kItemAtStart = 8 + 8 + kNumber;
  constexpr std::uint64_t kItemInSteps = kNumber;
  constexpr std::uint64_t kInteraction = kNumber;             // its item
  constexpr std::uint64_t kInteractionInSteps = 2 * kNumber;  // user, place in the epoch's order
  const auto batch_numbers = std::min(size.own_users, size.positives) * shape.user_stride();
  const auto waiting_numbers = size.has_other_nodes ? batch_numbers : 0;  // dL/du
  const auto part_numbers = size.projected == model::Projected::personas
                                ? std::min(batch_numbers, model::BatchGradient<float>::kPartNumbers +
                                                              size.shard_positives * shape.user_stride())
                                : 0;
  const auto projected_part_numbers =  // w, p and dL/dp beside dL/du
      part_numbers + 3 * (part_numbers - part_numbers / shape.personas);
  const auto gradient_rows = std::min(size.items, size.positives * size.candidates);
  const auto candidates = size.own_positives * size.candidates;
  const auto projected_numbers =  // q, and which of them is whose
      size.projected == model::Projected::items ? gradient_rows * shape.padded_dim() + candidates : 0;
  constexpr std::uint64_t kHead = 3 * kNumber;  // of a row of an item's gradient
  constexpr std::uint64_t kString = 32;         // an id of up to 15 bytes lies in its string
  MemoryNeed need{};
  const auto in_steps = size.items * kItemInSteps + size.items / 8 + gradient_rows * kNumber +
                        size.own_interactions * kInteractionInSteps + block_bytes(size) +
                        kNumber * (candidates + waiting_numbers + projected_part_numbers + projected_numbers);
  need.rank_bytes = (size.has_ids ? kString * (size.users + size.items) : 0) +
                    (size.has_added_validation ? 24 : 8) * size.users + size.own_users * user +
                    size.own_interactions * kInteraction + size.items * item +
                    std::max(size.items * kItemAtStart, in_steps);
  const auto gradient_row = model::rows_of_item(size.projected) * shape.padded_dim() * kNumber + kHead;
  need.node_bytes = size.items * (tables * kNumber * (shape.padded_dim() + 1) + kNumber) +
                    size.node_ranks * gradient_rows * gradient_row;
  return need;
}

}  // namespace ampcf::training
