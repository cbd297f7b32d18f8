#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ampcf::report {

/// A trial of a sweep.
struct Trial {
  std::uint64_t number = 0;
  std::string state;
  std::uint64_t epochs = 0;
  double hr = 0.0;    // of the best epoch, on validation items; NaN where there is none
  double ndcg = 0.0;  // likewise
  double seconds = 0.0;
  double first_score = 0.0;         // HR@10 + NDCG@10 at the first rung, where all trials are alike; NaN: none
  std::vector<std::string> values;  // of each axis
  std::vector<double> places;       // of each value on its axis, 0 to 1

  [[nodiscard]] bool is_ranked() const { return state == "finished" || state == "stopped early"; }
};

/// What a sweep varied.
struct SweepAxis {
  std::string name;
  std::string low;  // at place 0
  std::string high;
  bool is_numeric = false;
  bool is_logarithmic = false;  // drawn so: the greatest value is at least 10 times the least
  double importance = 0.0;      // see importance(); NaN where it cannot be said
};

struct Sweep {
  std::filesystem::path path;
  std::string method;
  std::vector<SweepAxis> axes;
  std::vector<Trial> trials;  // the best first
};

/// Reads sweep.h5 in the folder of a sweep. Throws DataError where it is missing or malformed.
[[nodiscard]] Sweep read_sweep(const std::filesystem::path& folder);

/// The share of the scores' variance that groups explain: omega squared of a one-way analysis of variance (Hays,
/// Statistics for Psychologists, 1963), which unlike the plain share expects nothing of groups at random; 0 where it is
/// negative, NaN without two groups or without more scores than groups. `group` is 0, 1, ... for each score.
[[nodiscard]] double importance(const std::vector<double>& scores, const std::vector<std::size_t>& group);

/// Groups for importance(): equal values together where there are up to six different ones, else quarters by size with
/// equal values together.
[[nodiscard]] std::vector<std::size_t> groups_of(const std::vector<double>& places);

}  // namespace ampcf::report
