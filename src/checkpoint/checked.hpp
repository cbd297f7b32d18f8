#pragma once

#include "ampcf/core/types.hpp"
#include "ampcf/storage/file.hpp"

#include <span>
#include <string>
#include <vector>

/// Datasets with checksums: beside a dataset X lies /checksums/X with a uint64 for each row (first dimension) of X,
/// XXH3 of the row's bytes as stored. Rows belong to one rank each, so the sums do not depend on how many wrote them,
/// and a reader of some rows verifies just these. (Attributes, shapes and names are checked by HDF5's own checksums of
/// its metadata.)
namespace ampcf::checkpoint {

/// Raw ids of users and items.
inline constexpr const char* kUserIds = "/ids/users";
inline constexpr const char* kItemIds = "/ids/items";

/// Running mean of attention (--lambda-balance).
inline constexpr const char* kPersonaShares = "/optimizer/persona_shares";

/// Path of the checksums of a dataset.
[[nodiscard]] std::string checksums_of(const std::string& dataset);

/// Makes a dataset and its checksums, for rows to be written later.
template <typename T>
void create_checked(storage::File& file, const std::string& dataset, const storage::Shape& shape);

/// Writes rows first.. and their checksums. Rows of floats must be finite: RuntimeError names the first that is not.
template <typename T>
void write_checked_rows(storage::File& file, const std::string& dataset, std::uint64_t first, std::span<const T> rows);

/// Both for the whole.
template <typename T>
void write_checked(storage::File& file, const std::string& dataset, const storage::Shape& shape,
                   std::span<const T> values);
void write_checked_strings(storage::File& file, const std::string& dataset, const std::vector<std::string>& values);

/// Reads rows first.. and verifies them: DataError names the first row whose checksum differs or that holds a number
/// that is not finite, which no writer leaves there.
template <typename T>
void read_checked_rows(const storage::File& file, const std::string& dataset, std::uint64_t first, std::span<T> out);

/// The whole, which must have this shape.
template <typename T>
[[nodiscard]] std::vector<T> read_checked(const storage::File& file, const std::string& dataset,
                                          const storage::Shape& shape);
[[nodiscard]] std::vector<std::string> read_checked_strings(const storage::File& file, const std::string& dataset);

}  // namespace ampcf::checkpoint
