#include "run.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace ampcf::training::testing {

namespace {

// Runs on all ranks and on rank 0 alone must leave the same model, optimiser and log.
void expect_same_as_one_rank(const std::function<void(TrainingOptions&)>& change,
                             const ampcf::testing::SmallDataset& shape = {}) {
  const TemporaryDirectory directory;
  ampcf::testing::write_small_dataset(directory / "data.h5", shape);
  auto options = small_options(directory, "all");
  change(options);
  train(world(), options);
  world().agree([&] {
    if (world().rank() == 0) {
      options.output = directory / "one";
      train(communication::Communicator::alone(), options);
      EXPECT_EQ(log_of(directory / "all"), log_of(directory / "one"));
      EXPECT_EQ(log_of(directory / "all").size(), options.epochs + 1);
      EXPECT_TRUE(contents(directory / "all/checkpoint.h5") == contents(directory / "one/checkpoint.h5"));
      EXPECT_TRUE(contents(directory / "all/best.h5") == contents(directory / "one/best.h5"));
    }
  });
}

}  // namespace

TEST(Training, OnAnyNumberOfRanksGivesTheBitsOfOne) {
  expect_same_as_one_rank([](TrainingOptions&) {});
}

TEST(Training, WithIdentityAttentionGivesTheBitsOfOne) {
  expect_same_as_one_rank([](TrainingOptions& options) { options.dimensions = {4, 16, 16, true}; });
}

TEST(Training, OfMatrixFactorisationGivesTheBitsOfOne) {
  expect_same_as_one_rank([](TrainingOptions& options) { options.dimensions = {1, 16, 8, false}; });
}

// One persona has all of the attention, whatever its affinity.
TEST(Training, OfMatrixFactorisationLeavesProjectionsAsTheyBegan) {
  const TemporaryDirectory directory;
  ampcf::testing::write_small_dataset(directory / "data.h5");
  const auto tables_of = [&](const std::string& run, bool is_identity, std::uint64_t epochs) {
    auto options = small_options(directory, run);
    options.dimensions = {1, 16, 16, is_identity};
    options.epochs = epochs;
    train(world(), options);
    const auto file = storage::File::open(directory / run / "checkpoint.h5");
    return std::pair(std::vector{file.read<float>("/model/personas"), file.read<float>("/model/items")},
                     std::vector{file.read<float>("/model/attention/user_projection"),
                                 file.read<float>("/model/attention/item_projection")});
  };
  const auto [rows, projections] = tables_of("learned", false, 3);
  EXPECT_EQ(rows, tables_of("identity", true, 3).first);
  const auto [early_rows, early_projections] = tables_of("early", false, 1);
  EXPECT_NE(rows, early_rows);
  EXPECT_EQ(projections, early_projections);
  EXPECT_NE(projections, tables_of("unit", true, 1).second) << "they begin with noise";
}

TEST(Training, WithEveryOptionGivesTheBitsOfOne) {
  expect_same_as_one_rank([](TrainingOptions& options) {
    options.negatives = {7, 1.0, true};
    options.has_log_q = true;
    options.weight_decay = 0.01;
    options.item_weight_decay = 0.001;
    options.persona_learning_rate = 0.02;
    options.projection_learning_rate = 0.005;
    options.average_epochs = 2;
    options.final_learning_rate = 0.1;
    options.warm_up_epochs = 2;
    options.sharing_ranks = 1;
    options.batch_size = 1000;
  });
}

// Nodes touch the same items often enough for rows to go by owners from the second step on, of three nodes or more.
TEST(Training, WithRoundedTotalsByOwnersGivesTheBitsOfOne) {
  expect_same_as_one_rank(
      [](TrainingOptions& options) {
        options.dimensions = {2, 64, 64, true};
        options.gradient_bits = "16";
        options.sharing_ranks = 1;
        options.batch_size = 1500;
      },
      {.users = 400, .items = 200});
}

TEST(Training, OfProjectedItemsGivesTheBitsOfOne) {
  for (const std::uint64_t sharing_ranks : {0, 2}) {
    expect_same_as_one_rank([&](TrainingOptions& options) {
      options.project = "items";
      options.sharing_ranks = sharing_ranks;
    });
  }
}

TEST(Training, OfProjectedItemsByOwnersGivesTheBitsOfOne) {
  for (const std::string bits : {"32", "16"}) {
    expect_same_as_one_rank(
        [&](TrainingOptions& options) {
          options.dimensions = {4, 64, 32, false};
          options.project = "items";
          options.gradient_bits = bits;
          options.sharing_ranks = 1;
          options.batch_size = 1500;
        },
        {.users = 400, .items = 200});
  }
}

// The same mathematics: a step moves nearly every number alike. (Adam's first step is the sign of a gradient, so that
// rounding matters where there is next to none.)
TEST(Training, OfProjectedItemsIsThatOfPersonasButForRounding) {
  const TemporaryDirectory directory;
  ampcf::testing::write_small_dataset(directory / "data.h5");
  const auto model_after_a_step = [&](const std::string& project) {
    auto options = small_options(directory, project);
    options.project = project;
    EXPECT_EQ(train(world(), options, [](std::uint64_t) { return Wish::stop_for_signal; }), ExitCode::stopped);
    const auto file = storage::File::open(directory / project / "checkpoint.h5");
    std::vector<std::vector<float>> tables;
    for (const char* const name : {"personas", "items", "attention/user_projection", "attention/item_projection"}) {
      tables.push_back(file.read<float>(std::string("/model/") + name));
    }
    return tables;
  };
  const auto personas = model_after_a_step("personas");
  const auto items = model_after_a_step("items");
  EXPECT_NE(personas, items);
  for (std::size_t table = 0; table < personas.size(); ++table) {
    std::size_t different = 0;
    for (std::size_t i = 0; i < personas[table].size(); ++i) {
      different += std::abs(personas[table][i] - items[table][i]) > 1e-4F ? 1 : 0;  // a step is 1e-2
    }
    EXPECT_LT(static_cast<double>(different), 0.05 * static_cast<double>(personas[table].size())) << table;
  }
}

TEST(Training, WarmsUpStepByStep) {
  const TemporaryDirectory directory;
  ampcf::testing::write_small_dataset(directory / "data.h5");
  const auto items_after_a_step = [&](const std::string& run, double learning_rate, std::uint64_t warm_up_epochs) {
    auto options = small_options(directory, run);
    options.learning_rate = learning_rate;
    options.warm_up_epochs = warm_up_epochs;
    EXPECT_EQ(train(world(), options, [](std::uint64_t) { return Wish::stop_for_signal; }), ExitCode::stopped);
    return storage::File::open(directory / run / "checkpoint.h5").read<float>("/model/items");
  };
  const auto start = items_after_a_step("start", 1e-30, 0);
  const auto distance = [&](const std::vector<float>& items) {
    return std::inner_product(items.begin(), items.end(), start.begin(), 0.0, std::plus<>(),
                              [](float item, float before) { return std::abs(item - before); });
  };

  const auto usual = distance(items_after_a_step("usual", 0.01, 0));
  const auto one = distance(items_after_a_step("one", 0.01, 1));
  const auto two = distance(items_after_a_step("two", 0.01, 2));

  auto options = small_options(directory, "epoch");
  options.epochs = 1;
  train(world(), options);
  const auto steps = storage::File::open(directory / "epoch/checkpoint.h5").attribute<std::uint64_t>("step");
  EXPECT_NEAR(usual / one, static_cast<double>(steps), 0.01 * static_cast<double>(steps));
  EXPECT_NEAR(one / two, 2.0, 0.02);
}

TEST(Training, DecaysItemsAsPersonasUnlessToldOtherwise) {
  const TemporaryDirectory directory;
  ampcf::testing::write_small_dataset(directory / "data.h5");
  const auto items_after = [&](const std::string& run, std::optional<double> decay) {
    auto options = small_options(directory, run);
    options.weight_decay = 0.5;
    options.item_weight_decay = decay;
    train(world(), options);
    return storage::File::open(directory / run / "checkpoint.h5").read<float>("/model/items");
  };
  const auto usual = items_after("usual", std::nullopt);
  EXPECT_EQ(usual, items_after("same", 0.5));
  const auto length = [](const std::vector<float>& row) {
    return std::inner_product(row.begin(), row.end(), row.begin(), 0.0);
  };
  EXPECT_GT(length(items_after("free", 0.0)), 2.0 * length(usual));
}

TEST(Training, InGroupsThatShareMemoryGivesTheBitsOfOne) {
  expect_same_as_one_rank([](TrainingOptions& options) { options.sharing_ranks = 2; });
}

TEST(Training, UnderFullSoftmaxGivesTheBitsOfOne) {
  expect_same_as_one_rank([](TrainingOptions& options) { options.is_full_softmax = true; });
}

TEST(Training, WithRanksThatHaveNoUsersGivesTheBitsOfOne) {
  const TemporaryDirectory directory;
  ampcf::testing::write_small_dataset(directory / "data.h5", {2, 80, 4, true});
  auto options = small_options(directory, "all");
  train(world(), options);
  world().agree([&] {
    if (world().rank() == 0) {
      options.output = directory / "one";
      train(communication::Communicator::alone(), options);
      EXPECT_TRUE(contents(directory / "all/checkpoint.h5") == contents(directory / "one/checkpoint.h5"));
    }
  });
}

TEST(Training, LearnsWhatTheDataHold) {
  const TemporaryDirectory directory;
  ampcf::testing::write_small_dataset(directory / "data.h5");
  auto options = small_options(directory, "run");
  options.epochs = 15;
  options.patience = 0;
  train(world(), options);
  const auto rows = log_of(directory / "run");
  const auto hr_of = [](const std::string& row) {
    std::istringstream fields(row);
    std::string field;
    for (int i = 0; i < 6; ++i) {
      std::getline(fields, field, ',');
    }
    return std::stod(field);
  };
  // Chance is 10 of 21; items of the user's two tastes stand first in a model that has learned.
  EXPECT_GT(hr_of(rows.back()), 0.8);
}

}  // namespace ampcf::training::testing
