#pragma once

#include "ampcf/core/types.hpp"
#include "ampcf/model/parameters.hpp"
#include "ampcf/storage/file.hpp"
#include "checkpoint/checked.hpp"

#include <algorithm>
#include <string>
#include <vector>

/// Files hold rows of d numbers, memory rows padded to whole vectors; these move between the two.
namespace ampcf::checkpoint {

template <typename T>
void pad(const T* from, std::size_t size, T* into, std::size_t into_stride, std::size_t rows) {
  for (std::size_t row = 0; row < rows; ++row) {
    std::copy_n(from + row * size, size, into + row * into_stride);
  }
}

template <typename T>
void unpad(const T* from, std::size_t from_stride, T* into, std::size_t size, std::size_t rows) {
  for (std::size_t row = 0; row < rows; ++row) {
    std::copy_n(from + row * from_stride, size, into + row * size);
  }
}

/// Where rows of a file lie in memory: a row is `parts` parts of `size` numbers, which are `stride` apart in memory.
struct PaddedRows {
  std::uint64_t parts;
  std::uint64_t size;
  std::uint64_t stride;

  [[nodiscard]] bool is_padded() const { return stride != size; }
  [[nodiscard]] std::uint64_t numbers() const { return parts * size; }
  /// Rows that pass through an unpadded copy at once: bounded memory beside the table itself.
  [[nodiscard]] std::uint64_t at_once() const {
    constexpr std::uint64_t kNumbersAtOnce = std::uint64_t{1} << 19U;
    return std::max<std::uint64_t>(1, kNumbersAtOnce / std::max<std::uint64_t>(1, numbers()));
  }
};

/// Rows first.. of a dataset into memory.
inline void read_padded(const storage::File& file, const std::string& dataset, std::uint64_t first, std::uint64_t count,
                        const PaddedRows& layout, float* into) {
  if (!layout.is_padded()) {
    read_checked_rows(file, dataset, first, std::span<float>(into, count * layout.numbers()));
    return;
  }
  std::vector<float> plain;
  for (std::uint64_t row = 0; row < count; row += layout.at_once()) {
    const auto rows = std::min(layout.at_once(), count - row);
    plain.resize(rows * layout.numbers());
    read_checked_rows(file, dataset, first + row, std::span<float>(plain));
    pad(plain.data(), layout.size, into + row * layout.parts * layout.stride, layout.stride, rows * layout.parts);
  }
}

/// Rows first.. of a dataset out of memory.
inline void write_padded(storage::File& file, const std::string& dataset, std::uint64_t first, std::uint64_t count,
                         const PaddedRows& layout, const float* from) {
  if (!layout.is_padded()) {
    write_checked_rows(file, dataset, first, std::span<const float>(from, count * layout.numbers()));
    return;
  }
  std::vector<float> plain;
  for (std::uint64_t row = 0; row < count; row += layout.at_once()) {
    const auto rows = std::min(layout.at_once(), count - row);
    plain.resize(rows * layout.numbers());
    unpad(from + row * layout.parts * layout.stride, layout.stride, plain.data(), layout.size, rows * layout.parts);
    write_checked_rows<float>(file, dataset, first + row, plain);
  }
}

/// The same for users' rows, (n_users, r, d) in the file, (users.count(), r, padded d) in memory.
[[nodiscard]] inline PaddedRows users_layout(const model::Dimensions& shape) {
  return {shape.personas, shape.dim, shape.padded_dim()};
}
inline void read_users(const storage::File& file, const std::string& dataset, UserRange users,
                       const model::Dimensions& shape, float* into) {
  read_padded(file, dataset, users.first, users.count(), users_layout(shape), into);
}

/// Where what all ranks hold alike lies in memory: the parameters themselves, or one of their moments. `Number` is
/// float or const float.
template <typename Number>
struct SharedTables {
  Number* items;
  Number* biases;
  Number* user_projection;
  Number* item_projection;
};

template <typename Parameters>
[[nodiscard]] auto tables_of(Parameters& shared) {
  return SharedTables{shared.items.data(), shared.biases.data(), shared.user_projection.data(),
                      shared.item_projection.data()};
}
template <typename State>
[[nodiscard]] auto first_moments_of(State& state) {
  return SharedTables{state.item_moments.first.data(), state.bias_moments.first.data(),
                      state.user_projection_moments.first.data(), state.item_projection_moments.first.data()};
}
template <typename State>
[[nodiscard]] auto second_moments_of(State& state) {
  return SharedTables{state.item_moments.second.data(), state.bias_moments.second.data(),
                      state.user_projection_moments.second.data(), state.item_projection_moments.second.data()};
}

/// Items and their biases, whole datasets (n_items, d) and (n_items), into memory.
inline void read_items(const storage::File& file, const std::string& group, const model::Dimensions& shape,
                       std::uint64_t item_count, const SharedTables<float>& into) {
  file.expect_shape(group + "/items", {item_count, shape.dim});
  file.expect_shape(group + "/item_bias", {item_count});
  read_padded(file, group + "/items", 0, item_count, {1, shape.dim, shape.padded_dim()}, into.items);
  read_checked_rows(file, group + "/item_bias", 0, std::span<float>(into.biases, item_count));
}

/// Projections, whole datasets (d, d_a) and (d_a, d), into memory.
inline void read_projections(const storage::File& file, const std::string& group, const model::Dimensions& shape,
                             const SharedTables<float>& into) {
  const auto user_rows =
      read_checked<float>(file, group + "/attention/user_projection", {shape.dim, shape.attention_dim});
  const auto item_rows =
      read_checked<float>(file, group + "/attention/item_projection", {shape.attention_dim, shape.dim});
  pad(user_rows.data(), shape.attention_dim, into.user_projection, shape.padded_attention_dim(), shape.dim);
  pad(item_rows.data(), shape.dim, into.item_projection, shape.padded_dim(), shape.attention_dim);
}

/// Both; of ranks that share one copy of the items one `reads_items`.
inline void read_shared(const storage::File& file, const std::string& group, const model::Dimensions& shape,
                        std::uint64_t item_count, bool reads_items, const SharedTables<float>& into) {
  if (reads_items) {
    read_items(file, group, shape, item_count, into);
  }
  read_projections(file, group, shape, into);
}

}  // namespace ampcf::checkpoint
