#pragma once

#include "ampcf/core/types.hpp"
#include "ampcf/kernels/vector.hpp"
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

// Users that pass through an unpadded copy at once: bounded memory beside the table itself.
inline constexpr std::uint64_t kUsersAtOnce = 65536;

/// Rows `users` of a dataset (n_users, r, d) into memory (users.count(), r, padded d).
inline void read_padded(const storage::File& file, const std::string& dataset, UserRange users, std::size_t personas,
                        std::size_t dim, float* into) {
  std::vector<float> rows;
  for (auto first = users.first; first < users.last; first += kUsersAtOnce) {
    const auto count = std::min(kUsersAtOnce, users.last - first);
    rows.resize(count * personas * dim);
    read_checked_rows(file, dataset, first, std::span<float>(rows));
    pad(rows.data(), dim, into + (first - users.first) * personas * kernels::padded(dim), kernels::padded(dim),
        count * personas);
  }
}

}  // namespace ampcf::checkpoint
