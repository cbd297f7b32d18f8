#pragma once

#include "ampcf/dataset/dataset.hpp"
#include "ampcf/evaluation/taste/space.hpp"

#include <filesystem>

/// A taste space in a file of its own (src/evaluation/FORMAT.md), so that evaluating many models builds it once.
namespace ampcf::evaluation {

/// Of the file; another number where spaces are built in another way.
inline constexpr std::int32_t kTasteSpaceVersion = 1;

/// Reads a taste space that was stored for this dataset with these parameters: the same bits as building it. Throws
/// UsageError where it is of other data or has other parameters, naming both; DataError where the file is damaged or
/// holds none.
[[nodiscard]] TasteSpace read_taste_space(const std::filesystem::path& path, const dataset::Dataset& data,
                                          const TasteParameters& parameters);

/// Stores it, whole or not at all. Evaluations that store the same file at the same time do not disturb each other.
/// Throws RuntimeError.
void store_taste_space(const std::filesystem::path& path, const TasteSpace& space, const dataset::Dataset& data,
                       const TasteParameters& parameters);

/// The taste space that an evaluation of this dataset has left in its metrics.h5, whatever its parameters. Throws
/// UsageError where it is of other data, DataError where there is none or it does not fit.
[[nodiscard]] TasteSpace read_measured_taste_space(const std::filesystem::path& metrics, const dataset::Dataset& data);

}  // namespace ampcf::evaluation
