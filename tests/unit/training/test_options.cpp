#include "ampcf/core/error.hpp"
#include "ampcf/training/trainer.hpp"
#include "run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf::training::testing {

namespace {

std::string refusal(const TrainingOptions& stored, const TrainingOptions& present) {
  return error_of<UsageError>([&] { require_same_run(resolved(stored), resolved(present)); });
}

}  // namespace

TEST(TrainingOptions, DefaultsAreThePublicOnes) {
  const auto text = resolved({});
  for (const std::string line :
       {"personas = 4\n", "dim = 64\n", "attention-dim = 64\n", "attention = learned\n", "negatives = 4\n",
        "negative-power = 0.5\n", "exclude-seen = false\n", "alpha = 0.5\n", "lambda-positive = 0.1\n",
        "lambda-negative = 0.025\n", "learning-rate = 0.001\n", "weight-decay = 0\n", "batch-size = 256\n",
        "epochs = 100\n", "patience = 5\n", "seed = 1\n", "checkpoint-every = 1\n", "keep = 2\n"}) {
    EXPECT_THAT(text, ::testing::HasSubstr(line));
  }
}

TEST(TrainingOptions, IdentityAttentionTakesTheModelsDimension) {
  TrainingOptions options;
  options.attention = "identity";
  options.dimensions.dim = 32;
  resolve(options, false);
  EXPECT_TRUE(options.dimensions.is_identity);
  EXPECT_EQ(options.dimensions.attention_dim, 32U);
  options.dimensions.attention_dim = 16;
  EXPECT_THROW(resolve(options, true), UsageError);
}

TEST(TrainingOptions, ThatHaveNoEffectAreRefused) {
  const auto complaint = [](const auto& change) {
    TrainingOptions options;
    change(options);
    return error_of<UsageError>([&] { resolve(options, false); });
  };
  const auto full = [](auto& options) { options.is_full_softmax = true; };
  EXPECT_EQ(complaint(full), "no error");
  EXPECT_THAT(complaint([&](auto& options) {
                full(options);
                options.has_log_q = true;
              }),
              ::testing::HasSubstr("--full-softmax with --log-q"));
  EXPECT_THAT(complaint([&](auto& options) {
                full(options);
                options.negatives.is_seen_excluded = true;
              }),
              ::testing::HasSubstr("--full-softmax with --exclude-seen"));
  EXPECT_THAT(complaint([](auto& options) { options.plan.rate = 1e6; }), ::testing::HasSubstr("without --dry-run"));
}

TEST(TrainingOptions, ProjectIsRefusedForIdentityAttention) {
  TrainingOptions options;
  options.attention = "identity";
  options.project = "items";
  EXPECT_THAT(error_of<UsageError>([&] { resolve(options, false); }), ::testing::HasSubstr("--project items"));
}

TEST(TrainingOptions, ProjectIsByWhatIsFewerUnlessItIsGivenOrTheNetworkIsSlow) {
  TrainingOptions options;
  options.batch_size = 4096;
  EXPECT_EQ(options.projected(6000, 3600), model::Projected::items);
  options.gradient_bits = "16";
  EXPECT_EQ(options.projected(6000, 3600), model::Projected::personas);
  options.project = "items";
  EXPECT_EQ(options.projected(6000, 3600), model::Projected::items);
  options.project = "personas";
  options.gradient_bits = "32";
  EXPECT_EQ(options.projected(6000, 3600), model::Projected::personas);
}

TEST(TrainingOptions, WarmUpBeyondTheLastEpochIsRefusedWithBothNumbers) {
  TrainingOptions options;
  options.epochs = 5;
  options.warm_up_epochs = 5;
  EXPECT_NO_THROW(resolve(options, false)) << "the last step has the whole learning rate";
  options.warm_up_epochs = 6;
  EXPECT_THAT([&] { resolve(options, false); },
              ::testing::ThrowsMessage<UsageError>(::testing::HasSubstr("--warm-up-epochs 6 with --epochs 5")));
}

TEST(ResumeOptions, ThatChangeTheResultAreRefusedByName) {
  TrainingOptions present;
  present.seed = 2;
  present.loss.lambda_positive = 0.2;
  const auto text = refusal({}, present);
  EXPECT_THAT(text, ::testing::HasSubstr("--seed was 1 and is 2"));
  EXPECT_THAT(text, ::testing::HasSubstr("--lambda-positive was 0.1 and is 0.2"));
}

TEST(ResumeOptions, ThatOnlyExtendTheRunAreTaken) {
  TrainingOptions present;
  present.epochs = 200;
  present.patience = 9;
  present.keep = 5;
  present.data = "elsewhere.h5";
  EXPECT_EQ(refusal({}, present), "no error");
}

TEST(ResumeOptions, ThatTheCheckpointDoesNotKnowCountAsTheirDefaults) {
  auto older = resolved({});
  const std::string line = "lambda-balance = 0\n";
  older.erase(older.find(line), line.size());
  EXPECT_NO_THROW(require_same_run(older, resolved({}))) << "the option is off";
  TrainingOptions present;
  present.loss.lambda_balance = 0.5;
  EXPECT_THAT([&] { require_same_run(older, resolved(present)); },
              ::testing::ThrowsMessage<UsageError>(::testing::HasSubstr("--lambda-balance was 0 and is 0.5")));
}

TEST(ResumeOptions, ThatAreNoLongerGivenAreRefused) {
  TrainingOptions stored;
  stored.item_weight_decay = 0.1;
  EXPECT_THAT(refusal(stored, {}), ::testing::HasSubstr("--item-weight-decay was 0.1 and is unset"));
}

TEST(ResumeOptions, EpochsAreRefusedWhereTheScheduleEndsWithThem) {
  TrainingOptions stored;
  stored.final_learning_rate = 0.1;
  auto present = stored;
  present.epochs = 200;
  EXPECT_THAT(refusal(stored, present), ::testing::HasSubstr("--epochs was 100 and is 200"));
}

}  // namespace ampcf::training::testing
