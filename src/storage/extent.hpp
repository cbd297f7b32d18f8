#pragma once

#include "ampcf/storage/file.hpp"
#include "storage/handle.hpp"

#include <optional>

namespace ampcf::storage {

/// Extents of a dataspace; none for a single value.
[[nodiscard]] Shape shape_of(const Handle& space);

/// Numbers in one row, 1 where rows are single numbers.
[[nodiscard]] std::uint64_t row_size(const Shape& shape);

/// Numbers in all; nothing where 64 bits do not hold it.
[[nodiscard]] std::optional<std::uint64_t> number_count(const Shape& shape);

/// A dataset's space with `count` rows from `first` selected.
[[nodiscard]] Handle select_rows(const Handle& dataset, const Shape& shape, std::uint64_t first, std::uint64_t count);

/// Memory for so many numbers.
[[nodiscard]] Handle flat_space(std::uint64_t numbers);

/// Whether a dataset keeps its numbers outside its file, in external files or as a view of other datasets.
[[nodiscard]] bool is_elsewhere(const Handle& dataset);

/// Whether its chunks pass through no filters but shuffle and deflate. HDF5's other decoders read behind the end of
/// chunks that are shorter than they should be.
[[nodiscard]] bool has_plain_filters(const Handle& dataset);

/// Whether as many numbers as a dataset claims can be in the bytes that are stored for it: a damaged header may claim
/// any size, and memory must not follow it.
[[nodiscard]] bool is_backed(const Handle& dataset);

}  // namespace ampcf::storage
