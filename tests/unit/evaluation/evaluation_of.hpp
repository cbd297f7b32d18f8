#pragma once

#include "ampcf/baselines/baselines.hpp"
#include "ampcf/evaluation/evaluation.hpp"
#include "ampcf/storage/file.hpp"
#include "explained_models.hpp"
#include "support/error_of.hpp"
#include "support/text_of.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace ampcf::testing {

using Json = nlohmann::json;

/// Doubles as bits, so that NaN equals NaN.
inline std::vector<std::uint64_t> bits_of(const std::vector<double>& values) {
  std::vector<std::uint64_t> bits(values.size());
  std::transform(values.begin(), values.end(), bits.begin(),
                 [](double value) { return std::bit_cast<std::uint64_t>(value); });
  return bits;
}

/// Whole evaluations of 53 users and 90 items: of popularity, until a test says otherwise.
class EvaluationOf : public ::testing::Test {
 protected:
  EvaluationOf() {
    data_.write(directory_ / "data.h5");
    options_.data = directory_ / "data.h5";
    options_.baseline = "popularity";
    options_.output = directory_ / "metrics.json";
    options_.bootstrap.resamples = 60;
  }

  /// Collective. What `communicator` makes of the options.
  [[nodiscard]] Json run(const communication::Communicator& communicator) const {
    (void)evaluation::evaluate(options_, "", communicator, *log_, baselines::all());
    world().barrier();
    return Json::parse(text_of(options_.output));
  }

  /// Collective, as are all that follow: JSON and measures of all ranks against those of rank 0 alone.
  void expect_the_same_on_one_rank() {
    const auto together = run(world());
    const auto alone = run_alone();
    EXPECT_EQ(together.dump(), alone.dump());
    const auto many = storage::File::open(directory_ / "metrics.h5");
    const auto one = storage::File::open(directory_ / "alone.h5");
    EXPECT_EQ(many.text_attribute("columns"), one.text_attribute("columns"));
    EXPECT_EQ(many.text_attribute("candidates"), one.text_attribute("candidates"));
    auto names = evaluation::parted_by_commas(one.text_attribute("columns"));
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

  [[nodiscard]] std::filesystem::path write(const std::string& name, const std::string& text) const {
    world().agree([&] {
      if (world().rank() == 0) {
        std::ofstream(directory_ / name) << text;
      }
    });
    return directory_ / name;
  }

  /// Puts a model in the place of the baseline: learned attention, of another dimension than the model's.
  void take_model(const std::string& fingerprint) {
    options_.baseline.clear();
    options_.checkpoint = directory_ / "model.h5";
    write_random_model(options_.checkpoint, data_, fingerprint, {3, 8, 5, false}, 12);
  }
  void take_model() { take_model(dataset::Dataset(options_.data).fingerprint()); }

  [[nodiscard]] std::string fault_of(ExitCode code) const {
    return error_of(code, [&] { (void)run(world()); });
  }

  TemporaryDirectory directory_;
  EvaluationData data_ = random_data(53, 90);
  evaluation::EvaluationOptions options_;
  std::shared_ptr<Log> log_ = std::make_shared<Log>("silent");

 private:
  // Rank 0 evaluates, the others wait.
  [[nodiscard]] Json run_alone() {
    const auto output = options_.output;
    options_.output = directory_ / "alone.json";
    world().agree([&] {
      if (world().rank() == 0) {
        (void)evaluation::evaluate(options_, "", communication::Communicator::alone(), *log_, baselines::all());
      }
    });
    const auto json = Json::parse(text_of(options_.output));
    options_.output = output;
    return json;
  }
};

}  // namespace ampcf::testing
