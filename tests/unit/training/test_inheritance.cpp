#include "ampcf/checkpoint/model_file.hpp"
#include "ampcf/core/error.hpp"
#include "run.hpp"
#include "training/dry_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ampcf::training::testing {

namespace {

using ::testing::HasSubstr;

// Yesterday's data has the users and items 30 to 99, and today's all from 0 to 119 and 79.
struct Inheritance : public ::testing::Test {
  TemporaryDirectory directory;

  Inheritance() {
    ampcf::testing::write_small_dataset(directory / "old.h5", {.users = 70, .items = 40, .first_id = 30});
    ampcf::testing::write_small_dataset(directory / "data.h5");
    auto options = small_options(directory, "old");
    options.data = directory / "old.h5";
    options.epochs = 2;
    train(world(), options);
  }

  [[nodiscard]] TrainingOptions options(const std::string& run) const {
    auto chosen = small_options(directory, run);
    chosen.initialize_from = directory / "old" / "best.h5";
    return chosen;
  }

  // The error of a training on these ranks.
  static std::string refusal(const TrainingOptions& options) {
    return error_of(ExitCode::usage, [&] { train(world(), options); });
  }

  // What training begins with on these ranks: nothing is done after a checkpoint before the first step.
  [[nodiscard]] std::filesystem::path start_of(TrainingOptions chosen) const {
    EXPECT_EQ(train(world(), chosen, [](std::uint64_t) { return Wish::stop_for_signal; }), ExitCode::stopped);
    return chosen.output / "checkpoint.h5";
  }
};

std::vector<float> row(const model::Personas<float>& personas, std::uint64_t user) {
  return {personas.of(user), personas.of(user) + personas.dimensions.user_stride()};
}

}  // namespace

TEST_F(Inheritance, IsMatchedByRawIdsAndNewRowsBeginAsAlways) {
  auto warm = options("warm");
  warm.learning_rate = 1e-30;  // the step before the stop moves nothing
  warm.weight_decay = 0.0;
  auto cold = small_options(directory, "cold");
  cold.learning_rate = 1e-30;
  const checkpoint::ModelFile old(warm.initialize_from);
  const checkpoint::ModelFile found(start_of(warm));
  const checkpoint::ModelFile fresh(start_of(cold));
  const auto from = old.personas({0, 70});
  const auto into = found.personas({0, 120});
  const auto drawn = fresh.personas({0, 120});
  for (std::uint64_t user = 0; user < 120; ++user) {
    const bool is_known = user >= 30 && user < 100;
    EXPECT_EQ(row(into, user), is_known ? row(from, user - 30) : row(drawn, user)) << user;
  }
  const auto old_items = old.shared();
  const auto items = found.shared();
  const auto drawn_items = fresh.shared();
  for (std::uint64_t item = 0; item < 80; ++item) {
    const bool is_known = item >= 30 && item < 70;
    EXPECT_EQ(items.item(item)[5], is_known ? old_items.item(item - 30)[5] : drawn_items.item(item)[5]) << item;
    EXPECT_NEAR(items.biases[item], is_known ? old_items.biases[item - 30] : 0.0F, 1e-20F) << item;
  }
  EXPECT_EQ(items.user_projection, old_items.user_projection);
}

TEST_F(Inheritance, GivesTheSameBitsOnAnyNumberOfRanks) {
  for (const bool has_moments : {false, true}) {
    auto chosen = options(has_moments ? "all-moments" : "all");
    chosen.has_initial_moments = has_moments;
    chosen.average_epochs = 2;
    train(world(), chosen);
    const auto all = chosen.output;
    chosen.output = all.string() + "-alone";
    world().agree([&] {
      if (world().rank() == 0) {
        train(communication::Communicator::alone(), chosen);
        EXPECT_TRUE(contents(all / "checkpoint.h5") == contents(chosen.output / "checkpoint.h5"));
        EXPECT_EQ(log_of(all), log_of(chosen.output));
      }
    });
  }
}

TEST_F(Inheritance, IsNotNeededToResume) {
  auto chosen = options("whole");
  train(world(), chosen);
  chosen.output = directory / "parts";
  chosen.epochs = 1;
  train(world(), chosen);
  if (world().rank() == 0) {
    std::filesystem::remove_all(directory / "old");
  }
  world().barrier();
  chosen.epochs = 3;
  chosen.is_resumed = true;
  train(world(), chosen);
  if (world().rank() == 0) {
    EXPECT_TRUE(contents(directory / "whole/checkpoint.h5") == contents(directory / "parts/checkpoint.h5"));
  }
}

TEST_F(Inheritance, IsNamedByItsFingerprintAndGoesOnToBe) {
  auto begun = options("named");
  const auto fingerprint = checkpoint::ModelFile(begun.initialize_from).model_fingerprint();
  note_origin(begun);
  EXPECT_EQ(begun.initialize_fingerprint, fingerprint);
  static_cast<void>(start_of(begun));
  auto resumed = options("named");
  resumed.is_resumed = true;
  resumed.initialize_from = directory / "nowhere.h5";
  note_origin(resumed);
  EXPECT_EQ(resumed.initialize_fingerprint, fingerprint) << "the run has it";
  resumed.is_resumed = false;
  resumed.initialize_fingerprint.clear();
  EXPECT_THROW(note_origin(resumed), RuntimeError);
  auto random = small_options(directory, "random");
  note_origin(random);
  EXPECT_EQ(random.initialize_fingerprint, "");
}

TEST_F(Inheritance, IsNotNeededToPlanTheRestOfARun) {
  if (world().size() != 2) {
    GTEST_SKIP() << "a measured plan takes seconds: on two ranks alone";
  }
  auto chosen = options("run");
  chosen.epochs = 1;
  train(world(), chosen);
  if (world().rank() == 0) {
    std::filesystem::remove_all(directory / "old");
  }
  world().barrier();
  chosen.plan.is_asked = true;
  const auto log = make_log(1, 2);
  EXPECT_THROW(dry_run(world(), *log, chosen), communication::AgreedError) << "of a run from its beginning";
  chosen.is_resumed = true;
  EXPECT_NO_THROW(dry_run(world(), *log, chosen));
}

TEST_F(Inheritance, OfAnotherShapeIsRefusedWithBoth) {
  auto chosen = options("other");
  chosen.dimensions = {3, 24, 24, false};
  const auto text = refusal(chosen);
  EXPECT_THAT(text, HasSubstr("a model of --personas 3 --dim 20 --attention learned --attention-dim 20"));
  EXPECT_THAT(text, HasSubstr("this run has --personas 3 --dim 24 --attention learned --attention-dim 24"));
  chosen.dimensions = {3, 20, 20, true};
  EXPECT_THAT(refusal(chosen), HasSubstr("--attention identity"));
}

TEST_F(Inheritance, OfAnotherModelThanNamedIsRefused) {
  auto chosen = options("named");
  chosen.initialize_fingerprint = "0123456789abcdef";
  EXPECT_THAT(refusal(chosen), HasSubstr("expected 0123456789abcdef"));
}

TEST_F(Inheritance, OfStrangersIsRefused) {
  ampcf::testing::write_small_dataset(directory / "data.h5", {.first_id = 1000});
  EXPECT_THAT(refusal(options("strange")), HasSubstr("0 of 120 users and 0 of 80 items are known there"));
}

}  // namespace ampcf::training::testing
