#pragma once

#include "ampcf/recommendation/recommender.hpp"

#include <filesystem>

namespace ampcf::recommendation {

/// HR@10 and NDCG@10 of profiles as ampcf-evaluate --test-file finds them for users of the dataset, sampled and in the
/// whole catalogue less the history, as text; sampled where the file names candidates. Throws DataError for a faulty
/// file.
[[nodiscard]] std::string measured(const Recommender& recommender, const std::vector<Profile>& profiles,
                                   const std::filesystem::path& test_file);

}  // namespace ampcf::recommendation
