#include "ampcf/model/scoring.hpp"

#include "model_case.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace ampcf::model::testing {

class Scoring : public ::testing::TestWithParam<CaseShape> {};

TEST_P(Scoring, OfAnItemEqualsTheReference) {
  const ModelCase c(GetParam());
  const auto shared = c.shared_as_float();
  const auto personas = c.personas_as_float();
  Scorer scorer(shared);
  std::vector<ItemIndex> items(shared.item_count);
  std::iota(items.begin(), items.end(), 0U);
  std::vector<float> scores(items.size());
  std::vector<float> attention(shared.dimensions.personas);
  for (std::uint64_t user = 0; user < personas.users.count(); ++user) {
    scorer.set_user(personas.of(user));
    scorer.score(items, scores);
    for (const auto item : items) {
      const auto expected = reference_score(c.shared, c.personas.of(user), item);
      EXPECT_NEAR(scores[item], expected.score, 1e-5);
      scorer.attention(item, attention);
      for (std::size_t k = 0; k < attention.size(); ++k) {
        EXPECT_NEAR(attention[k], expected.attention[k], 1e-5);
      }
    }
  }
}

TEST_P(Scoring, OfTheCatalogueEqualsTheReference) {
  const ModelCase c(GetParam());
  const auto shared = c.shared_as_float();
  const auto personas = c.personas_as_float();
  CatalogueScorer scorer(shared);
  std::vector<float> scores(personas.users.count() * scorer.score_stride());
  scorer.score(personas.rows.data(), personas.users.count(), scores.data());
  for (std::uint64_t user = 0; user < personas.users.count(); ++user) {
    for (ItemIndex item = 0; item < shared.item_count; ++item) {
      EXPECT_NEAR(scores[user * scorer.score_stride() + item],
                  reference_score(c.shared, c.personas.of(user), item).score, 1e-5);
    }
  }
}

TEST_P(Scoring, OfAUserDoesNotDependOnItsNeighbours) {
  const ModelCase c(GetParam());
  const auto shared = c.shared_as_float();
  const auto personas = c.personas_as_float();
  CatalogueScorer scorer(shared);
  std::vector<float> together(personas.users.count() * scorer.score_stride());
  scorer.score(personas.rows.data(), personas.users.count(), together.data());
  std::vector<float> alone(scorer.score_stride());
  for (std::uint64_t user = 0; user < personas.users.count(); ++user) {
    scorer.score(personas.of(user), 1, alone.data());
    for (ItemIndex item = 0; item < shared.item_count; ++item) {
      EXPECT_EQ(alone[item], together[user * scorer.score_stride() + item]);
    }
  }
}

TEST_P(Scoring, OfAnItemDoesNotDependOnItsNeighbours) {
  const ModelCase c(GetParam());
  const auto shared = c.shared_as_float();
  const auto personas = c.personas_as_float();
  Scorer scorer(shared);
  scorer.set_user(personas.of(0));
  std::vector<ItemIndex> items(37);
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i] = static_cast<ItemIndex>(i * 5 % shared.item_count);
  }
  std::vector<float> together(items.size());
  scorer.score(items, together);
  for (std::size_t i = 0; i < items.size(); ++i) {
    float alone = 0.0F;
    scorer.score(std::span(items).subspan(i, 1), std::span(&alone, 1));
    EXPECT_EQ(alone, together[i]);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, Scoring,
                         ::testing::Values(CaseShape{1, 16, 16, false, 4, false}, CaseShape{2, 16, 16, true, 4, false},
                                           CaseShape{4, 20, 33, false, 4, false}, CaseShape{8, 5, 3, false, 1, false}));

}  // namespace ampcf::model::testing
