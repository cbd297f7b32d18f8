#include "ampcf/recommendation/fold_in.hpp"

#include "ampcf/checkpoint/state.hpp"
#include "ampcf/core/error.hpp"
#include "ampcf/model/scoring.hpp"
#include "support/small_dataset.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace ampcf::recommendation {

namespace {

constexpr std::uint64_t kUsers = 30;
constexpr std::uint64_t kItems = 80;
constexpr std::uint64_t kTastes = 4;

/// Items of taste t lie around the t-th axis of eight dimensions; the personas of the model's users are of no
/// consequence.
class FoldInTest : public ::testing::Test {
 protected:
  FoldInTest() {
    testing::write_small_dataset(directory_ / "data.h5", {kUsers, kItems, kTastes, true});
    data_.emplace(directory_ / "data.h5");
  }

  void make_model(std::size_t personas, bool is_identity, const std::string& config = "") {
    checkpoint::TrainingState state({personas, 8, 8, is_identity}, {0, kUsers}, kItems);
    model::initialize(state.shared, 0.1, 0.1, 1);
    for (std::uint64_t item = 0; item < kItems; ++item) {
      state.shared.item(item)[item % kTastes] += 2.0F;
    }
    checkpoint::write_state(directory_ / "model.h5", communication::Communicator::alone(),
                            {data_->fingerprint(), config, kUsers}, state);
    model_.emplace(directory_ / "model.h5");
    shared_ = model_->shared();
  }

  [[nodiscard]] kernels::AlignedVector<float> fit(const std::vector<ItemIndex>& history) const {
    return FoldIn(*data_, *model_, shared_, {}).fit(history);
  }

  // Mean score of the taste's items that are not in the history, less that of the other tastes' items.
  [[nodiscard]] float preference(const kernels::AlignedVector<float>& personas, std::uint64_t taste,
                                 const std::vector<ItemIndex>& history) const {
    model::Scorer scorer(shared_);
    scorer.set_user(personas.data());
    float own = 0.0F;
    float others = 0.0F;
    std::size_t count = 0;
    for (ItemIndex item = 0; item < kItems; ++item) {
      float score = 0.0F;
      scorer.score(std::span(&item, 1), std::span(&score, 1));
      if (item % kTastes != taste) {
        others += score / static_cast<float>(kItems - kItems / kTastes);
      } else if (std::find(history.begin(), history.end(), item) == history.end()) {
        own += score;
        ++count;
      }
    }
    return own / static_cast<float>(count) - others;
  }

  testing::TemporaryDirectory directory_;
  std::optional<dataset::Dataset> data_;
  std::optional<checkpoint::ModelFile> model_;
  model::SharedParameters<float> shared_;
};

const std::vector<ItemIndex> kOfTasteOne{1, 5, 9, 13, 17};
const std::vector<ItemIndex> kOfTastesOneAndTwo{1, 2, 5, 6, 9, 10, 13, 14};

std::vector<ItemIndex> whole_catalogue() {
  std::vector<ItemIndex> items(kItems);
  for (ItemIndex item = 0; item < kItems; ++item) {
    items[item] = item;
  }
  return items;
}

}  // namespace

TEST_F(FoldInTest, PrefersOtherItemsOfTheHistorysTaste) {
  for (const bool is_identity : {true, false}) {
    for (const std::size_t personas : {1U, 2U, 4U, 5U}) {
      make_model(personas, is_identity);
      EXPECT_GT(preference(fit(kOfTasteOne), 1, kOfTasteOne), 1.0F) << personas << " personas";
    }
  }
}

TEST_F(FoldInTest, PrefersBothTastesOfAMixedHistory) {
  make_model(4, true);
  const auto personas = fit(kOfTastesOneAndTwo);
  // The mean over the other tastes holds the other one that is liked.
  EXPECT_GT(preference(personas, 1, kOfTastesOneAndTwo), 0.5F);
  EXPECT_GT(preference(personas, 2, kOfTastesOneAndTwo), 0.5F);
  EXPECT_LT(preference(personas, 0, kOfTastesOneAndTwo), 0.0F);
}

TEST_F(FoldInTest, IsAFunctionOfTheHistoryAlone) {
  make_model(3, false);
  const FoldIn fold_in(*data_, *model_, shared_, {});
  const auto once = fold_in.fit(kOfTasteOne);
  (void)fold_in.fit(kOfTastesOneAndTwo);
  EXPECT_EQ(once, fold_in.fit(kOfTasteOne));
  EXPECT_EQ(once, fit(kOfTasteOne));
  EXPECT_NE(once, fold_in.fit(kOfTastesOneAndTwo));
}

TEST_F(FoldInTest, FollowsTheOptionsOfTheTraining) {
  make_model(2, true);
  const auto plain = fit(kOfTasteOne);
  for (const std::string option : {"exclude-seen = true", "log-q = true", "full-softmax = true", "negatives = 20",
                                   "negative-power = 0", "alpha = 0.9", "lambda-positive = 5", "lambda-balance = 1"}) {
    make_model(2, true, option + "\n");
    const auto personas = fit(kOfTasteOne);
    EXPECT_NE(personas, plain) << option;
    EXPECT_GT(preference(personas, 1, kOfTasteOne), 0.5F) << option;
  }
}

TEST_F(FoldInTest, BalanceMakesPersonasShareTheHistory) {
  const auto least_share = [&](const std::string& options) {
    make_model(2, true, options);
    model::Scorer scorer(shared_);
    const auto personas = fit(kOfTastesOneAndTwo);
    scorer.set_user(personas.data());
    std::array<float, 2> shares{};
    for (const auto item : kOfTastesOneAndTwo) {
      std::array<float, 2> attention{};
      scorer.attention(item, attention);
      shares[0] += attention[0];
      shares[1] += attention[1];
    }
    return std::min(shares[0], shares[1]) / (shares[0] + shares[1]);
  };
  EXPECT_GT(least_share("lambda-balance = 5\nlambda-positive = 5\n"), least_share("lambda-positive = 5\n") + 0.05F);
}

TEST_F(FoldInTest, WeightDecayShrinksPersonas) {
  const auto length = [](const kernels::AlignedVector<float>& values) {
    float sum = 0.0F;
    for (const float value : values) {
      sum += value * value;
    }
    return std::sqrt(sum);
  };
  make_model(2, true, "weight-decay = 0.001\n");
  const float loose = length(fit(kOfTasteOne));
  make_model(2, true, "weight-decay = 0.1\n");
  EXPECT_LT(length(fit(kOfTasteOne)), 0.8F * loose);
}

// Nothing is left to draw negatives from.
TEST_F(FoldInTest, StaysFiniteForAHistoryOfOneItemAndOfAllItems) {
  make_model(3, false, "exclude-seen = true\n");
  for (const auto& history : {std::vector<ItemIndex>{7}, whole_catalogue()}) {
    for (const float value : fit(history)) {
      EXPECT_TRUE(std::isfinite(value));
    }
  }
}

TEST_F(FoldInTest, RefusesOptionsOfAnotherProgram) {
  make_model(2, true, "no-such-option = 1\n");
  EXPECT_THROW((void)fit(kOfTasteOne), UsageError);
}

}  // namespace ampcf::recommendation
