#include "ampcf/core/error.hpp"
#include "ampcf/storage/file.hpp"
#include "report/input/sweep.hpp"
#include "support/error_of.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace ampcf::report {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// By hand: group means 2 and 5, mean 3.5; squares between 9, within 4, all 13; noise 4 / 2; (9 - 2) / (13 + 2).
TEST(Importance, IsOmegaSquared) { EXPECT_NEAR(importance({1.0, 3.0, 4.0, 6.0}, {0, 0, 1, 1}), 7.0 / 15.0, 1e-12); }

TEST(Importance, OfGroupsThatExplainAllIsOneAndOfNoneIsNothing) {
  EXPECT_DOUBLE_EQ(importance({1.0, 1.0, 4.0, 4.0}, {0, 0, 1, 1}), 1.0);
  EXPECT_DOUBLE_EQ(importance({1.0, 4.0, 1.0, 4.0}, {0, 0, 1, 1}), 0.0);
}

TEST(Importance, IsUnknownWithoutTwoGroupsOrWithoutMoreScoresThanGroups) {
  EXPECT_TRUE(std::isnan(importance({1.0, 2.0}, {0, 0})));
  EXPECT_TRUE(std::isnan(importance({1.0, 2.0}, {0, 1})));
  EXPECT_TRUE(std::isnan(importance({2.0, 2.0, 2.0}, {0, 1, 1})));
  EXPECT_TRUE(std::isnan(importance({}, {})));
}

TEST(Importance, GroupsFewValuesByThemselvesAndManyByQuarters) {
  EXPECT_THAT(groups_of({0.5, 0.0, 0.5, 1.0}), ElementsAre(1, 0, 1, 2));
  EXPECT_THAT(groups_of({0.8, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7}), ElementsAre(3, 0, 0, 1, 1, 2, 2, 3));
}

class SweepFolder : public ::testing::Test {
 protected:
  void write(const std::vector<std::string>& rates) {
    std::filesystem::create_directories(directory / "sweep");
    storage::commit_file(directory / "sweep" / "sweep.h5", [&](storage::File& file) {
      const std::vector<double> figures{0.5, 0.25, NAN};
      file.set_text_attribute("format", "ampcf-sweep");
      file.set_attribute<std::int32_t>("version", 1);
      file.set_text_attribute("method", "random");
      file.write<std::uint64_t>("/trials/number", {3}, std::vector<std::uint64_t>{2, 1, 3});
      file.write<std::uint64_t>("/trials/epochs", {3}, std::vector<std::uint64_t>{4, 2, 0});
      file.write_strings("/trials/state", {"finished", "stopped early", "failed"});
      for (const std::string name : {"validation_hr", "validation_ndcg", "seconds"}) {
        file.write<double>("/trials/" + name, {3}, figures);
      }
      file.write<double>("/trials/score_by_rung", {3, 1}, figures);
      file.write_strings("/axes", {"learning-rate"});
      file.write_strings("/options/learning-rate", rates);
    });
  }

  testing::TemporaryDirectory directory;
};

TEST_F(SweepFolder, PlacesValuesOnTheirAxis) {
  write({"0.1", "0.001", "0.01"});
  const auto sweep = read_sweep(directory / "sweep");
  ASSERT_EQ(sweep.trials.size(), 3U);
  EXPECT_EQ(sweep.axes[0].low, "0.001");
  EXPECT_TRUE(sweep.axes[0].is_logarithmic);
  EXPECT_DOUBLE_EQ(sweep.trials[0].places[0], 1.0);
  EXPECT_DOUBLE_EQ(sweep.trials[1].places[0], 0.0);
  EXPECT_NEAR(sweep.trials[2].places[0], 0.5, 1e-12);
  EXPECT_TRUE(sweep.trials[1].is_ranked());
  EXPECT_FALSE(sweep.trials[2].is_ranked());
}

TEST_F(SweepFolder, ThatIsMissingOrMalformedIsAnErrorWithItsName) {
  const auto complaint = [&] {
    return testing::error_of<DataError>([&] { static_cast<void>(read_sweep(directory / "sweep")); });
  };
  EXPECT_THAT(complaint(), HasSubstr("sweep.h5: no such file, expected the folder of an ampcf-sweep"));
  write({"0.1", "0.001"});
  EXPECT_THAT(complaint(), HasSubstr("/options/learning-rate"));
}

}  // namespace

}  // namespace ampcf::report
