#include "ampcf/recommendation/export.hpp"

#include "ampcf/core/error.hpp"
#include "support/run_program.hpp"
#include "unit/recommendation/plane.hpp"

#include <gmock/gmock.h>

namespace ampcf::recommendation {

namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

using Export = Plane;

// What follows the header of a .npy file.
std::vector<float> npy_values(const std::string& bytes) {
  const auto header = 10U + static_cast<unsigned char>(bytes[8]) + 256U * static_cast<unsigned char>(bytes[9]);
  std::vector<float> values((bytes.size() - header) / sizeof(float));
  std::memcpy(values.data(), bytes.data() + header, values.size() * sizeof(float));
  return values;
}

}  // namespace

TEST_F(Export, WritesArraysThatNumpyReads) {
  export_model(*data, *model, directory / "numbers", "npy");
  const auto bytes = testing::text_of(directory / "numbers/personas.npy");
  EXPECT_THAT(bytes, StartsWith(std::string("\x93NUMPY\x01\x00", 8)));
  EXPECT_THAT(bytes, HasSubstr("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2, 2,), }"));
  EXPECT_EQ((bytes.size() - 8 * sizeof(float)) % 64, 0U);  // data begins on a whole block
  EXPECT_THAT(npy_values(bytes), ::testing::ElementsAre(1, 0, 0, 1, 1, 0, 0, 1));
  EXPECT_THAT(npy_values(testing::text_of(directory / "numbers/items.npy")),
              ::testing::ElementsAre(1, 0, 0, 2, 3, 0, 0, 4, 5, 0, 0, 6, 7, 0, 0, 8));
  EXPECT_THAT(npy_values(testing::text_of(directory / "numbers/item_bias.npy")), ::testing::Each(0.0F));
  EXPECT_THAT(npy_values(testing::text_of(directory / "numbers/item_projection.npy")),
              ::testing::ElementsAre(1, 0, 0, 1));
  EXPECT_FALSE(std::filesystem::exists(directory / "numbers/personas.csv"));
}

TEST_F(Export, WritesCsvWithRawIds) {
  export_model(*data, *model, directory / "numbers", "csv");
  EXPECT_EQ(testing::text_of(directory / "numbers/personas.csv"),
            "user,persona,x0,x1\na,1,1,0\na,2,0,1\nb,1,1,0\nb,2,0,1\n");
  EXPECT_THAT(testing::text_of(directory / "numbers/items.csv"), StartsWith("item,x0,x1\ni0,1,0\ni1,0,2\n"));
  EXPECT_THAT(testing::text_of(directory / "numbers/item_bias.csv"), StartsWith("item,item_bias\ni0,0\n"));
  EXPECT_EQ(testing::text_of(directory / "numbers/user_projection.csv"), "x0,x1\n1,0\n0,1\n");
  EXPECT_EQ(testing::text_of(directory / "numbers/user_ids.csv"), "user\na\nb\n");
  EXPECT_FALSE(std::filesystem::exists(directory / "numbers/personas.npy"));
}

TEST_F(Export, RefusesADirectoryThatCannotBeMade) {
  EXPECT_THROW(export_model(*data, *model, directory / "data.h5" / "x", "both"), RuntimeError);
}

}  // namespace ampcf::recommendation
