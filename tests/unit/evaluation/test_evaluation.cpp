#include "ampcf/evaluation/evaluation.hpp"

#include "ampcf/baselines/baselines.hpp"
#include "ampcf/checkpoint/state.hpp"
#include "ampcf/core/error.hpp"
#include "ampcf/evaluation/comparison/comparison.hpp"
#include "ampcf/evaluation/user_sample.hpp"
#include "ampcf/storage/file.hpp"
#include "evaluation_data.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>

namespace ampcf::evaluation {

namespace {

using communication::Communicator;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Json = nlohmann::json;
using testing::world;

std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// Doubles as bits, so that NaN equals NaN.
std::vector<std::uint64_t> bits_of(const std::vector<double>& values) {
  std::vector<std::uint64_t> bits(values.size());
  std::transform(values.begin(), values.end(), bits.begin(),
                 [](double value) { return std::bit_cast<std::uint64_t>(value); });
  return bits;
}

class EvaluationOf : public ::testing::Test {
 protected:
  EvaluationOf() {
    data_.write(directory_ / "data.h5");
    options_.data = directory_ / "data.h5";
    options_.baseline = "popularity";
    options_.output = directory_ / "metrics.json";
    options_.bootstrap.resamples = 60;
  }

  // Collective. What `communicator` makes of the options.
  Json run(const Communicator& communicator) const {
    (void)evaluate(options_, "", communicator, *log_, baselines::all());
    world().barrier();
    return Json::parse(text_of(options_.output));
  }

  // Rank 0 alone, the others wait.
  Json run_alone() {
    const auto output = options_.output;
    options_.output = directory_ / "alone.json";
    world().agree([&] {
      if (world().rank() == 0) {
        (void)evaluate(options_, "", Communicator::alone(), *log_, baselines::all());
      }
    });
    const auto json = Json::parse(text_of(options_.output));
    options_.output = output;
    return json;
  }

  void expect_the_same_on_one_rank() {
    const auto together = run(world());
    const auto alone = run_alone();
    EXPECT_EQ(together.dump(), alone.dump());
    const auto files = {storage::File::open(directory_ / "metrics.h5"), storage::File::open(directory_ / "alone.h5")};
    const auto& many = *files.begin();
    const auto& one = *(files.begin() + 1);
    EXPECT_EQ(many.text_attribute("columns"), one.text_attribute("columns"));
    EXPECT_EQ(many.text_attribute("candidates"), one.text_attribute("candidates"));
    auto names = parted_by_commas(one.text_attribute("columns"));
    names.insert(names.end(), {"rank_sampled", "rank_full", "tdd_js", "tdd_hellinger"});
    for (const auto& name : names) {
      EXPECT_EQ(bits_of(many.read<double>("/users/" + name)), bits_of(one.read<double>("/users/" + name))) << name;
    }
    for (const std::string name : {"item_popularity", "user_activity", "taste"}) {
      EXPECT_EQ(many.read<std::int32_t>("/users/slice_" + name), one.read<std::int32_t>("/users/slice_" + name));
    }
    EXPECT_EQ(many.read<ItemIndex>("/recommendations/item"), one.read<ItemIndex>("/recommendations/item"));
    EXPECT_EQ(many.read<float>("/taste/items"), one.read<float>("/taste/items"));
    EXPECT_EQ(many.read<float>("/taste/centroids"), one.read<float>("/taste/centroids"));
  }

  std::filesystem::path write(const std::string& name, const std::string& text) const {
    world().agree([&] {
      if (world().rank() == 0) {
        std::ofstream(directory_ / name) << text;
      }
    });
    return directory_ / name;
  }

  // A checkpoint with random parameters for this dataset.
  std::filesystem::path write_checkpoint(const std::string& fingerprint) const {
    world().agree([&] {
      if (world().rank() == 0) {
        write_checkpoint_here(fingerprint);
      }
    });
    return directory_ / "model.h5";
  }

  std::string fault_of(ExitCode code) const {
    try {
      (void)evaluate(options_, "", world(), *log_, baselines::all());
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code);
      return error.what();
    }
    return "no error";
  }

  testing::TemporaryDirectory directory_;
  testing::EvaluationData data_ = testing::random_data(53, 90);
  EvaluationOptions options_;
  std::shared_ptr<Log> log_ = std::make_shared<Log>("silent");

 private:
  // Learned attention of another dimension than the model's, as random as they come.
  void write_checkpoint_here(const std::string& fingerprint) const {
    checkpoint::TrainingState state({3, 8, 5, false}, {0, data_.users.size()}, data_.items);
    model::initialize(state.personas, 0.3, 12);
    model::initialize(state.shared, 0.3, 0.3, 12);
    state.progress.epoch = 4;
    state.progress.step = 44;
    checkpoint::write_state(directory_ / "model.h5", communication::Communicator::alone(),
                            {fingerprint, "personas = 3\n", data_.users.size()}, state);
  }
};

}  // namespace

TEST_F(EvaluationOf, BaselinesDoesNotDependOnTheRanks) {
  expect_the_same_on_one_rank();
  options_.baseline = "random";
  expect_the_same_on_one_rank();
}

TEST_F(EvaluationOf, AModelDoesNotDependOnTheRanks) {
  options_.baseline.clear();
  options_.checkpoint = write_checkpoint(dataset::Dataset(options_.data).fingerprint());
  expect_the_same_on_one_rank();
  const auto json = run(world());
  EXPECT_EQ(json["model"]["personas"], 3);
  EXPECT_EQ(json["model"]["epoch"], 4);
  EXPECT_EQ(json["model"]["config"], "personas = 3\n");
}

TEST_F(EvaluationOf, ASampleOfUsersDoesNotDependOnTheRanks) {
  options_.baseline.clear();
  options_.checkpoint = write_checkpoint(dataset::Dataset(options_.data).fingerprint());
  options_.users_sample = 17;
  expect_the_same_on_one_rank();
  const auto json = run(world());
  EXPECT_EQ(json["users_sample"], Json({{"users", 17}, {"of", 53}, {"seed", 1}}));
  EXPECT_EQ(json["users"].get<int>() + json["counts"]["users_without_test_item"].get<int>(), 17);
}

TEST_F(EvaluationOf, ASampleMeasuresItsUsersAsAllAreAndNobodyElse) {
  options_.baseline.clear();
  options_.checkpoint = write_checkpoint(dataset::Dataset(options_.data).fingerprint());
  (void)run(world());
  const auto read = [&](const char* name) { return storage::File::open(directory_ / "metrics.h5").read<double>(name); };
  auto ranks = read("/users/rank_full");
  auto distances = read("/users/tdd_js");
  options_.users_sample = 20;
  (void)run(world());
  const auto sample = sample_users(53, 20, 1);
  for (UserIndex user = 0; user < 53; ++user) {
    if (!std::binary_search(sample.begin(), sample.end(), user)) {
      ranks[user] = distances[user] = std::numeric_limits<double>::quiet_NaN();
    }
  }
  EXPECT_EQ(bits_of(read("/users/rank_full")), bits_of(ranks));
  EXPECT_EQ(bits_of(read("/users/tdd_js")), bits_of(distances));
}

TEST_F(EvaluationOf, ASampleOfEverybodyIsTheWhole) {
  const auto whole = run(world());
  options_.users_sample = 1000;
  auto sampled = run(world());
  EXPECT_EQ(sampled["users_sample"]["users"], 53);
  sampled.erase("users_sample");
  EXPECT_EQ(sampled.dump(), whole.dump());
}

TEST_F(EvaluationOf, ListsAndTestFilesDoesNotDependOnTheRanks) {
  options_.baseline.clear();
  options_.recommendations = write("lists.csv", "u3,i1,2\nu3,i4,1\nu50,i2,3\nu50,unheard,1\nu7,i9,1\n");
  options_.test_file = write("test.tsv", "u50\ti8\ti1\ti2\nu3\ti4\ti5\nu20\tunheard\ti1\n");
  expect_the_same_on_one_rank();
}

TEST_F(EvaluationOf, FewerUsersThanRanksWorks) {
  data_.users.resize(2);
  data_.write(options_.data);
  expect_the_same_on_one_rank();
}

TEST_F(EvaluationOf, TheValidationItemDoesNotDependOnTheRanks) {
  options_.split = "validation";
  options_.cutoffs = {3};
  expect_the_same_on_one_rank();
  EXPECT_TRUE(run(world())["full"].contains("hr@3"));
}

TEST_F(EvaluationOf, RenumberedItemsGivesTheSameRanks) {
  const auto before = run(world());
  data_.write(options_.data, [](ItemIndex item) { return (item * 37 + 5) % 90; });
  const auto after = run(world());
  EXPECT_EQ(before["sampled"], after["sampled"]);
  EXPECT_EQ(before["full"], after["full"]);
  EXPECT_EQ(before["intervals"]["full"], after["intervals"]["full"]);
  EXPECT_EQ(before["slices"]["item_popularity"], after["slices"]["item_popularity"]);
  EXPECT_EQ(before["slices"]["user_activity"], after["slices"]["user_activity"]);
}

// With as many tastes as there are different items, k-means has nothing to choose by the items' numbers.
TEST_F(EvaluationOf, RenumberedItemsGivesTheSameListsAndDistances) {
  options_.taste.tastes = 1000;
  std::string text;
  for (std::size_t user = 0; user < data_.users.size(); ++user) {
    for (std::size_t place = 0; place < 40; ++place) {
      text += "u" + std::to_string(user) + ",i" + std::to_string((user * 7 + place * 13) % 90) + "," +
              std::to_string(100 - place) + "\n";
    }
  }
  options_.baseline.clear();
  options_.recommendations = write("lists.csv", text);
  const auto before = run(world());
  data_.write(options_.data, [](ItemIndex item) { return (item * 37 + 5) % 90; });
  const auto after = run(world());
  EXPECT_EQ(before["full"], after["full"]);
  ASSERT_EQ(before["lists"].size(), 6U);
  for (const auto& group : {"lists", "tdd"}) {
    for (const auto& [name, value] : before[group].items()) {
      EXPECT_NEAR(value.get<double>(), after[group][name].get<double>(), 1e-6) << name;
    }
  }
  EXPECT_EQ(before["slices"]["taste"], after["slices"]["taste"]);
}

TEST_F(EvaluationOf, MeansAreThoseOfTheUsersThatHaveThem) {
  const auto json = run(world());
  const auto file = storage::File::open(directory_ / "metrics.h5");
  double hits = 0.0;
  std::uint64_t users = 0;
  for (const double rank : file.read<double>("/users/rank_full")) {
    users += std::isnan(rank) ? 0 : 1;
  }
  for (const double hit : file.read<double>("/users/full_hr@10")) {
    hits += std::isnan(hit) ? 0.0 : hit;
  }
  EXPECT_EQ(json["users"], users);
  EXPECT_EQ(json["counts"]["users_without_test_item"], data_.users.size() - users);
  EXPECT_DOUBLE_EQ(json["full"]["hr@10"], hits / static_cast<double>(users));
  EXPECT_EQ(file.shape("/recommendations/item"), (storage::Shape{53, 30}));
  EXPECT_EQ(file.shape("/taste/items")[0], 90U);
  EXPECT_EQ(file.shape("/taste/items")[1], file.shape("/taste/centroids")[1]);
}

TEST_F(EvaluationOf, WhatCannotBeMeasuredIsAbsentNotZero) {
  options_.baseline.clear();
  options_.recommendations = write("lists.csv", "u3,i1,2\n");
  const auto of_a_list = run(world());
  EXPECT_FALSE(of_a_list.contains("sampled"));
  EXPECT_TRUE(of_a_list["full"].contains("hr@10"));
  EXPECT_TRUE(of_a_list["lists"].contains("novelty@10"));
  EXPECT_FALSE(of_a_list["lists"].contains("diversity@10"));       // the only list has one item
  EXPECT_FALSE(of_a_list["lists"].contains("miscalibration@10"));  // there are no tags
  EXPECT_FALSE(storage::File::open(directory_ / "metrics.h5").contains("/users/sampled_hr@10"));
  options_.recommendations.clear();
  options_.baseline = "popularity";
  options_.has_tdd = false;
  EXPECT_FALSE(run(world()).contains("tdd"));
  for (auto& user : data_.users) {
    user.test = kNoItem;
  }
  data_.write(options_.data);
  const auto json = run(world());
  EXPECT_FALSE(json.contains("sampled") || json.contains("full"));
  EXPECT_EQ(json["users"], 0);
}

TEST_F(EvaluationOf, ATestFileAveragesItsUsersAloneAndCountsTheUnknown) {
  options_.test_file = write("test.tsv", "u2\ti1\ti5\tnobody\nu40\tunheard\ti1\n");
  options_.cutoffs = {1000};
  const auto json = run(world());
  EXPECT_EQ(json["users"], 2);
  EXPECT_DOUBLE_EQ(json["full"]["hr@1000"], 0.5);  // the unknown positive is a miss at any k
  EXPECT_DOUBLE_EQ(json["sampled"]["hr@1000"], 0.5);
  EXPECT_EQ(json["counts"]["unknown_items"], 2);
  EXPECT_EQ(json["counts"]["unknown_positives"], 1);
  EXPECT_EQ(json["counts"]["users_averaged_in_tdd"], 2);
}

TEST_F(EvaluationOf, PartsOfASliceAverageToTheWhole) {
  const auto json = run(world());
  for (const auto& [name, slice] : json["slices"].items()) {
    double total = 0.0;
    std::uint64_t users = 0;
    for (const auto& part : slice) {
      total += part["full"]["ndcg@10"].get<double>() * part["users"].get<double>();
      users += part["users"].get<std::uint64_t>();
    }
    if (name != "taste") {  // users without training items have no taste
      EXPECT_EQ(users, json["users"]) << name;
      EXPECT_NEAR(total / static_cast<double>(users), json["full"]["ndcg@10"].get<double>(), 1e-12) << name;
    }
  }
}

TEST_F(EvaluationOf, IntervalsFollowTheirSeedLevelAndNumber) {
  const auto at_95 = run(world())["intervals"];
  options_.bootstrap.level = 0.5;
  const auto at_50 = run(world())["intervals"];
  EXPECT_LT(at_95["full"]["hr@10"][0], at_50["full"]["hr@10"][0]);
  EXPECT_GT(at_95["lists"]["novelty@10"][1], at_50["lists"]["novelty@10"][1]);
  options_.bootstrap.seed = 2;
  EXPECT_NE(run(world())["intervals"]["full"], at_50["full"]);
  options_.bootstrap.resamples = 0;
  EXPECT_FALSE(run(world()).contains("intervals"));
}

TEST_F(EvaluationOf, AStoredTasteSpaceGivesTheSameBits) {
  options_.baseline = "aisp";  // its scores depend on the space too
  const auto built = run(world());
  options_.taste_space = directory_ / "taste.h5";
  for (const auto* name : {"stored.json", "reused.json"}) {
    options_.output = directory_ / name;
    EXPECT_EQ(run(world()).dump(), built.dump());
    auto measures = options_.metrics_file();
    const auto first = storage::File::open(directory_ / "metrics.h5");
    const auto again = storage::File::open(measures);
    EXPECT_EQ(first.read<ItemIndex>("/recommendations/item"), again.read<ItemIndex>("/recommendations/item"));
    EXPECT_EQ(bits_of(first.read<double>("/users/tdd_js")), bits_of(again.read<double>("/users/tdd_js")));
    EXPECT_EQ(first.read<float>("/taste/items"), again.read<float>("/taste/items"));
    EXPECT_EQ(first.read<float>("/taste/centroids"), again.read<float>("/taste/centroids"));
    world().barrier();
  }
  expect_the_same_on_one_rank();
}

TEST_F(EvaluationOf, ATasteSpaceIsBuiltOnce) {
  options_.taste_space = directory_ / "taste.h5";
  (void)run(world());
  const auto before = text_of(options_.taste_space);
  const auto written = std::filesystem::last_write_time(options_.taste_space);
  (void)run(world());
  EXPECT_EQ(std::filesystem::last_write_time(options_.taste_space), written);
  EXPECT_EQ(text_of(options_.taste_space), before);
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
    names.push_back(entry.path().filename());
  }
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("data.h5", "metrics.h5", "metrics.json", "taste.h5"));
}

TEST_F(EvaluationOf, ATasteSpaceOfOtherDataOrOtherNumbersIsRefused) {
  options_.taste_space = directory_ / "taste.h5";
  (void)run(world());
  options_.output = directory_ / "again.json";
  const auto usual = options_.taste;
  for (auto* number : {&options_.taste.tastes, &options_.taste.dimensions, &options_.taste.seed}) {
    ++*number;
    EXPECT_THAT(fault_of(ExitCode::usage), HasSubstr(std::to_string(*number)));
    options_.taste = usual;
  }
  data_.users[0].train.pop_back();
  data_.write(directory_ / "other.h5");
  options_.data = directory_ / "other.h5";
  EXPECT_THAT(fault_of(ExitCode::usage), HasSubstr("fingerprint"));
  EXPECT_FALSE(std::filesystem::exists(options_.output));
  options_.taste_space = directory_ / "metrics.h5";
  EXPECT_THAT(fault_of(ExitCode::data), HasSubstr("ampcf-taste-space"));
}

TEST_F(EvaluationOf, OtherTasteNumbersAreSaidAndNotCompared) {
  const auto usual = run(world());
  EXPECT_TRUE(usual["taste"]["is_protocol"]);
  options_.taste.tastes = 7;
  options_.output = directory_ / "seven.json";
  const auto seven = run(world());
  EXPECT_FALSE(seven["taste"]["is_protocol"]);
  EXPECT_EQ(seven["taste"]["tastes"], 7);
  EXPECT_NE(usual["tdd"], seven["tdd"]);
  EXPECT_EQ(usual["full"], seven["full"]);
  EXPECT_THROW((void)compare({directory_ / "metrics.h5", directory_ / "seven.h5"}, {}, {}), UsageError);
}

TEST_F(EvaluationOf, ACheckpointOfOtherDataIsRefusedNamingBothFingerprints) {
  options_.baseline.clear();
  options_.checkpoint = write_checkpoint("another");
  const auto fault = fault_of(ExitCode::usage);
  EXPECT_THAT(fault, HasSubstr("another"));
  EXPECT_THAT(fault, HasSubstr(dataset::Dataset(options_.data).fingerprint()));
  EXPECT_FALSE(std::filesystem::exists(options_.output));
}

TEST_F(EvaluationOf, FaultsLeaveNeitherFile) {
  options_.test_file = write("test.tsv", "nobody\ti1\ti2\n");
  EXPECT_THAT(fault_of(ExitCode::data), HasSubstr("test.tsv:1: "));
  EXPECT_FALSE(std::filesystem::exists(options_.output));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "metrics.h5"));
  options_.test_file.clear();
  options_.output = directory_ / "no" / "metrics.json";
  (void)fault_of(ExitCode::runtime);
}

}  // namespace ampcf::evaluation
