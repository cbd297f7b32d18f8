#include "ampcf/recommendation/measured.hpp"

#include "ampcf/evaluation/placement.hpp"
#include "ampcf/evaluation/test_file.hpp"

#include <fmt/format.h>

#include <numeric>

namespace ampcf::recommendation {

namespace {

constexpr std::uint64_t kCutoff = 10;

struct Sums {
  double hr = 0.0;
  double ndcg = 0.0;

  void add(const evaluation::TiedRank& rank) {
    hr += evaluation::expected_hit(rank, kCutoff);
    ndcg += evaluation::expected_ndcg(rank, kCutoff);
  }
};

std::string row(const char* name, const Sums& sums, std::uint64_t users) {
  const auto count = static_cast<double>(users);
  return fmt::format("{:<10}{:>10.4f}{:>10.4f}{:>10}\n", name, sums.hr / count, sums.ndcg / count, users);
}

}  // namespace

std::string measured(const Recommender& recommender, const std::vector<Profile>& profiles,
                     const std::filesystem::path& test_file) {
  std::vector<std::string> ids;
  for (const auto& profile : profiles) {
    ids.push_back(profile.id);
  }
  const auto cases = evaluation::read_test_file(test_file, ids, recommender.catalogue().ids()).cases;
  const auto candidates = std::accumulate(cases.unknown_candidates.begin(), cases.unknown_candidates.end(),
                                          std::uint64_t{cases.candidate.size()});
  model::CatalogueScorer scorer(recommender.shared());
  std::vector<float> row_of_scores(scorer.score_stride());
  Sums sampled;
  Sums full;
  std::uint64_t users = 0;
  for (std::uint64_t user = 0; user < profiles.size(); ++user) {
    const auto positive = cases.positive[user];
    users += positive == kNoItem ? 0 : 1;
    if (positive >= 0) {  // one that the dataset does not know is a miss
      scorer.score(profiles[user].personas.data(), 1, row_of_scores.data());
      const auto scores = std::span<const float>(row_of_scores).first(scorer.item_count());
      const auto item = static_cast<ItemIndex>(positive);
      sampled.add(evaluation::rank_among_candidates(scores, item, cases.candidates_of(user)));
      full.add(evaluation::rank_in_catalogue(scores, item, profiles[user].history));
    }
  }
  return fmt::format("{:<10}{:>10}{:>10}{:>10}\n", "", "hr@10", "ndcg@10", "users") +
         (candidates > 0 ? row("sampled", sampled, users) : "") + row("full", full, users);
}

}  // namespace ampcf::recommendation
