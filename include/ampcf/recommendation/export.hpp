#pragma once

#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/dataset/dataset.hpp"

#include <filesystem>
#include <string>

namespace ampcf::recommendation {

/// Writes a model's personas, items, biases and projections for other programs into a directory, which is made where
/// there is none: as NumPy arrays (`form` npy), as CSV with raw ids (csv), or both. Each file appears whole or not at
/// all; what they hold is said in the README.md of this room. Throws as require_same_data(), and RuntimeError.
void export_model(const dataset::Dataset& data, const checkpoint::ModelFile& model,
                  const std::filesystem::path& directory, const std::string& form);

}  // namespace ampcf::recommendation
