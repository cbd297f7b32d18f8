#include "generation/truth_rows.hpp"

#include <algorithm>

namespace ampcf::generation {

namespace {

constexpr std::uint64_t kChunkNumbers = (1U << 20U) / sizeof(std::int64_t);  // storage compresses chunks of 1 MiB

}  // namespace

TruthRows::TruthRows(dataset::DatasetWriter& writer, std::string name, storage::Shape shape)
    : writer_(writer), name_(std::move(name)), shape_(std::move(shape)) {
  const auto row = shape_.size() > 1 ? shape_[1] : 1;
  piece_ = std::max<std::uint64_t>(1, kChunkNumbers / row) * row;
  values_.reserve(piece_);
}

void TruthRows::append(std::span<const std::int64_t> values) {
  while (!values.empty()) {
    const auto taken = std::min<std::uint64_t>(values.size(), piece_ - values_.size());
    values_.insert(values_.end(), values.begin(), values.begin() + static_cast<std::ptrdiff_t>(taken));
    values = values.subspan(taken);
    if (values_.size() == piece_) {
      flush();
    }
  }
}

void TruthRows::finish() {
  if (!values_.empty()) {
    flush();
  }
}

void TruthRows::flush() {
  writer_.append_truth(name_, shape_, values_);
  values_.clear();
}

}  // namespace ampcf::generation
