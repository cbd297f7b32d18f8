#include "ampcf/evaluation/comparison/comparison.hpp"
#include "ampcf/evaluation/evaluation.hpp"
#include "evaluation_of.hpp"

#include <gmock/gmock.h>

namespace ampcf::evaluation {

namespace {

using testing::bits_of;
using testing::EvaluationOf;
using ::testing::HasSubstr;
using testing::text_of;
using testing::world;

}  // namespace

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

}  // namespace ampcf::evaluation
