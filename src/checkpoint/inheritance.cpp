#include "ampcf/checkpoint/inheritance.hpp"

#include "ampcf/core/error.hpp"
#include "checkpoint/checked.hpp"
#include "checkpoint/padding.hpp"

namespace ampcf::checkpoint {

namespace {

using storage::File;

constexpr std::uint64_t kRowsAtOnce = 65536;

// Calls put(row, to) for each pair. Of the file it reads what lies between needed rows, a bounded number at a time.
template <typename T, typename Put>
void for_rows(const File& file, const std::string& dataset, std::size_t row_size, const std::vector<RowPair>& pairs,
              Put&& put) {
  std::vector<T> rows;
  for (std::size_t begin = 0; begin < pairs.size();) {
    const auto first = pairs[begin].from;
    auto end = begin;
    while (end < pairs.size() && pairs[end].from - first < kRowsAtOnce) {
      ++end;
    }
    rows.resize((pairs[end - 1].from + 1 - first) * row_size);
    read_checked_rows(file, dataset, first, std::span<T>(rows));
    for (; begin < end; ++begin) {
      put(rows.data() + (pairs[begin].from - first) * row_size, pairs[begin].to);
    }
  }
}

void copy_users(const File& file, const std::string& dataset, const model::Dimensions& shape,
                const std::vector<RowPair>& pairs, float* into) {
  for_rows<float>(file, dataset, shape.personas * shape.dim, pairs, [&](const float* row, std::uint64_t to) {
    pad(row, shape.dim, into + to * shape.user_stride(), shape.padded_dim(), shape.personas);
  });
}

void copy_items(const File& file, const std::string& group, const model::Dimensions& shape,
                const std::vector<RowPair>& pairs, const SharedTables<float>& into) {
  for_rows<float>(file, group + "/items", shape.dim, pairs, [&](const float* row, std::uint64_t to) {
    pad(row, shape.dim, into.items + to * shape.padded_dim(), shape.padded_dim(), 1);
  });
  for_rows<float>(file, group + "/item_bias", 1, pairs,
                  [&](const float* bias, std::uint64_t to) { into.biases[to] = *bias; });
}

void copy_updates(const File& file, const std::string& name, const std::vector<RowPair>& pairs,
                  kernels::AlignedVector<std::uint32_t>& updates) {
  for_rows<std::uint32_t>(file, "/optimizer/updates/" + name, 1, pairs,
                          [&](const std::uint32_t* count, std::uint64_t to) { updates[to] = *count; });
}

// One of the three tables that hold a number for each parameter.
void copy_table(const File& file, const std::string& group, const Inheritance& rows, const model::Dimensions& shape,
                bool reads_items, float* personas, const SharedTables<float>& shared) {
  copy_users(file, group + "/personas", shape, rows.users, personas);
  if (reads_items) {
    copy_items(file, group, shape, rows.items, shared);
  }
  if (!shape.is_identity) {
    read_projections(file, group, shape, shared);
  }
}

void copy_moments(const File& file, const Inheritance& rows, TrainingState& state, bool reads_items) {
  const auto& shape = state.shared.dimensions;
  auto& users = state.persona_moments;
  copy_table(file, "/optimizer/first", rows, shape, reads_items, users.first.data(), first_moments_of(state));
  copy_table(file, "/optimizer/second", rows, shape, reads_items, users.second.data(), second_moments_of(state));
  copy_updates(file, "personas", rows.users, users.updates);
  if (reads_items) {
    copy_updates(file, "items", rows.items, state.item_moments.updates);
  }
  if (!shape.is_identity) {
    copy_updates(file, "attention", {{0, 0}}, state.user_projection_moments.updates);
    state.item_projection_moments.updates = state.user_projection_moments.updates;
  }
}

}  // namespace

void inherit(const ModelFile& source, const Inheritance& rows, TrainingState& state, bool reads_items) {
  const auto& shape = state.shared.dimensions;
  try {
    copy_table(source.file(), "/model", rows, shape, reads_items, state.personas.rows.data(), tables_of(state.shared));
    if (rows.has_moments) {
      copy_moments(source.file(), rows, state, reads_items);
    }
  } catch (const DataError& error) {
    throw RuntimeError("{} (damaged checkpoint)", error.what());
  }
}

}  // namespace ampcf::checkpoint
