#pragma once

#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/communication/communicator.hpp"
#include "ampcf/recommendation/recommender.hpp"

#include <filesystem>

namespace ampcf::recommendation {

/// Collective. Writes the lists of all users into `path`: CSV `user,item,score` or HDF5, as its name ends (README.md of
/// this room). The same bytes on any number of ranks. Returns the number of recommended items.
std::uint64_t write_all_lists(const communication::Communicator& communicator, const dataset::Dataset& data,
                              const checkpoint::ModelFile& model, const ListRules& rules,
                              const std::filesystem::path& path);

}  // namespace ampcf::recommendation
