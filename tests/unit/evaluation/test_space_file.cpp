#include "ampcf/evaluation/taste/space_file.hpp"

#include "ampcf/core/error.hpp"
#include "evaluation_data.hpp"
#include "support/temporary_directory.hpp"
#include "support/text_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace ampcf::evaluation {

namespace {

class SpaceFile : public ::testing::Test {
 protected:
  SpaceFile() {
    testing::random_data(30, 40).write(directory_ / "data.h5");
    data_.emplace(directory_ / "data.h5");
    space_ = build_taste_space(data_->interactions({0, 30}), 40, parameters_);
    store_taste_space(path_, space_, *data_, parameters_);
    bytes_ = testing::text_of(path_);
  }

  void write(const std::string& bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }

  testing::TemporaryDirectory directory_;
  std::filesystem::path path_ = directory_ / "taste.h5";
  TasteParameters parameters_{8, 5, 2, 3};
  std::optional<dataset::Dataset> data_;
  TasteSpace space_;
  std::string bytes_;
};

}  // namespace

TEST_F(SpaceFile, GivesBackEveryBit) {
  const auto read = read_taste_space(path_, *data_, parameters_);
  EXPECT_EQ(read.items, space_.items);
  EXPECT_EQ(read.centroids, space_.centroids);
  EXPECT_EQ(read.explained_variance, space_.explained_variance);
  EXPECT_EQ(read.residual, space_.residual);
  EXPECT_EQ(read.inertia, space_.inertia);
}

// Bytes that HDF5 passes over may change, nothing else.
TEST_F(SpaceFile, DamagedAnywhereItIsADataErrorOrStillTheSame) {
  int faults = 0;
  for (std::size_t place = 5; place < bytes_.size(); place += 97) {
    auto damaged = bytes_;
    damaged[place] = static_cast<char>(damaged[place] ^ 0x14);
    write(damaged);
    try {
      EXPECT_EQ(read_taste_space(path_, *data_, parameters_).items, space_.items) << place;
    } catch (const DataError& error) {
      EXPECT_THAT(error.what(), ::testing::HasSubstr("taste.h5"));
      ++faults;
    }
  }
  EXPECT_GT(faults, 5);
}

TEST_F(SpaceFile, CutShortOrOtherwiseNoTasteSpaceItIsADataError) {
  for (const std::string& bytes : {std::string(), std::string("tastes"), bytes_.substr(0, bytes_.size() / 2)}) {
    write(bytes);
    EXPECT_THROW((void)read_taste_space(path_, *data_, parameters_), DataError);
  }
  EXPECT_THROW((void)read_taste_space(directory_ / "data.h5", *data_, parameters_), DataError);
}

TEST_F(SpaceFile, ThatCannotBeWrittenLeavesNothing) {
  EXPECT_THROW(store_taste_space(directory_ / "no" / "taste.h5", space_, *data_, parameters_), RuntimeError);
  std::filesystem::remove(path_);
  std::filesystem::create_directory(path_);
  EXPECT_ANY_THROW(store_taste_space(path_, space_, *data_, parameters_));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_.path()), {}), 2);
}

}  // namespace ampcf::evaluation
