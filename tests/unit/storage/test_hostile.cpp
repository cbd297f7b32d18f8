#include "ampcf/core/error.hpp"
#include "ampcf/storage/file.hpp"
#include "storage/handle.hpp"
#include "storage/seal.hpp"
#include "support/error_of.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <functional>

namespace ampcf::storage {

namespace {

using testing::error_of;
using ::testing::HasSubstr;

// A sound HDF5 file that this program did not write, filled through the library, with or without a seal.
std::filesystem::path foreign(const testing::TemporaryDirectory& directory, const std::function<void(hid_t)>& fill,
                              bool is_sealed = false) {
  auto path = directory / "foreign.h5";
  const Handle properties(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  H5Pset_userblock(properties.id(), kSealBytes);
  {
    const Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, properties.id(), H5P_DEFAULT), H5Fclose);
    fill(file.id());
  }
  if (is_sealed) {
    write_seal(path, {});
  }
  return path;
}

void add_dataset(hid_t file, hid_t type, const std::vector<hsize_t>& extents, hid_t properties = H5P_DEFAULT) {
  const Handle space(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr), H5Sclose);
  const Handle dataset(H5Dcreate2(file, "/x", type, space.id(), H5P_DEFAULT, properties, H5P_DEFAULT), H5Dclose);
}

}  // namespace

class Claim : public ::testing::TestWithParam<bool> {};

TEST_P(Claim, OfMoreNumbersThanAreStoredIsRefused) {
  const testing::TemporaryDirectory directory;
  for (const auto& extents :
       std::vector<std::vector<hsize_t>>{{hsize_t{1} << 40}, {3, hsize_t{1} << 40}, {0, hsize_t{1} << 40}}) {
    const auto path = foreign(
        directory, [&](hid_t file) { add_dataset(file, H5T_STD_U64LE, extents); }, GetParam());
    const auto file = File::open(path);
    EXPECT_THAT(error_of<DataError>([&] { (void)file.shape("/x"); }), HasSubstr("/x claims the shape"));
    EXPECT_THAT(error_of<DataError>([&] { (void)file.read<std::uint64_t>("/x"); }), HasSubstr("foreign.h5: /x claims"));
  }
}

TEST_P(Claim, OfMoreStringsThanAreStoredIsRefused) {
  const testing::TemporaryDirectory directory;
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.id(), H5T_VARIABLE);
  const auto path = foreign(
      directory, [&](hid_t file) { add_dataset(file, type.id(), {hsize_t{1} << 40}); }, GetParam());
  EXPECT_THAT(error_of<DataError>([&] { (void)File::open(path).read_strings("/x"); }),
              HasSubstr("/x claims the shape"));
}

// Half a gigabyte was read before anybody asked what shape a list has.
TEST_P(Claim, OfATableOfStringsIsRefused) {
  const testing::TemporaryDirectory directory;
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.id(), 8);
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_alloc_time(properties.id(), H5D_ALLOC_TIME_EARLY);
  const auto path = foreign(
      directory,
      [&](hid_t file) {
        add_dataset(file, type.id(), {3, 2}, properties.id());
      },
      GetParam());
  EXPECT_THAT(error_of<DataError>([&] { (void)File::open(path).read_strings("/x"); }), HasSubstr("has shape (3, 2)"));
}

// HDF5 1.10.8 reads behind the end of a chunk that is shorter than its checksum.
TEST_P(Claim, OfAnotherFilterThanShuffleAndDeflateIsRefused) {
  const testing::TemporaryDirectory directory;
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  const hsize_t chunk = 100;
  H5Pset_chunk(properties.id(), 1, &chunk);
  H5Pset_fletcher32(properties.id());
  const auto path = foreign(
      directory,
      [&](hid_t file) {
        add_dataset(file, H5T_STD_U32LE, {100}, properties.id());
        const Handle dataset(H5Dopen2(file, "/x", H5P_DEFAULT), H5Dclose);
        const hsize_t origin = 0;
        H5Dwrite_chunk(dataset.id(), H5P_DEFAULT, 0, &origin, 3, "abc");
      },
      GetParam());
  EXPECT_THAT(error_of<DataError>([&] { (void)File::open(path).read<std::uint32_t>("/x"); }),
              HasSubstr("another filter"));
}

// Memory for one value was filled with a thousand.
TEST_P(Claim, OfSeveralValuesInAnAttributeIsRefused) {
  const testing::TemporaryDirectory directory;
  const Handle text(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(text.id(), 5);
  const Handle variable(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(variable.id(), H5T_VARIABLE);
  for (const auto type : {text.id(), variable.id(), H5T_STD_I32LE}) {
    const auto path = foreign(
        directory,
        [&](hid_t file) {
          const hsize_t extent = 1000;
          const Handle space(H5Screate_simple(1, &extent, nullptr), H5Sclose);
          const Handle attribute(H5Acreate2(file, "a", type, space.id(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
        },
        GetParam());
    const auto file = File::open(path);
    EXPECT_THAT(error_of<DataError>([&] { (void)file.text_attribute("a"); }), HasSubstr("no attribute 'a'"));
    EXPECT_THAT(error_of<DataError>([&] { (void)file.attribute<std::int32_t>("a"); }), HasSubstr("no attribute 'a'"));
  }
}

TEST_P(Claim, ThatNumbersAreInAnotherFileIsRefused) {
  const testing::TemporaryDirectory directory;
  const auto pipe = directory / "pipe";  // opening it would wait for ever
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const hsize_t extent = 4;
  const Handle space(H5Screate_simple(1, &extent, nullptr), H5Sclose);
  const Handle external(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_external(external.id(), pipe.c_str(), 0, H5F_UNLIMITED);
  const Handle virtual_one(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_virtual(virtual_one.id(), space.id(), pipe.c_str(), "/y", space.id());
  for (const auto properties : {external.id(), virtual_one.id()}) {
    const auto path = foreign(
        directory, [&](hid_t file) { add_dataset(file, H5T_STD_U32LE, {4}, properties); }, GetParam());
    EXPECT_THAT(error_of<DataError>([&] { (void)File::open(path).read<std::uint32_t>("/x"); }),
                HasSubstr("other files"));
  }
  const auto linked = foreign(
      directory, [&](hid_t file) { H5Lcreate_external(pipe.c_str(), "/y", file, "/x", H5P_DEFAULT, H5P_DEFAULT); },
      GetParam());
  const auto file = File::open(linked);
  EXPECT_THAT(error_of<DataError>([&] { (void)file.read<std::uint32_t>("/x"); }), HasSubstr("no dataset /x"));
}

INSTANTIATE_TEST_SUITE_P(WithoutAndWithASeal, Claim, ::testing::Bool());

TEST(HostileFile, ThatIsNoFileAtAllIsRefused) {
  const testing::TemporaryDirectory directory;
  const auto pipe = directory / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(error_of<DataError>([&] { (void)File::open(pipe); }), HasSubstr("expected an HDF5 file"));
  EXPECT_THAT(error_of<DataError>([&] { (void)File::open(directory.path()); }), HasSubstr("expected an HDF5 file"));
}

// What HDF5 writes by default, as other programs do: read, and the same as ever.
TEST(HostileFile, IsNotEveryFileWithoutASeal) {
  const testing::TemporaryDirectory directory;
  const auto path = directory / "plain.h5";
  {
    const Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
    const hsize_t extent = 3;
    const std::array<std::int32_t, 3> values{1, 2, 3};
    const Handle space(H5Screate_simple(1, &extent, nullptr), H5Sclose);
    const Handle dataset(H5Dcreate2(file.id(), "/x", H5T_STD_I32LE, space.id(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                         H5Dclose);
    H5Dwrite(dataset.id(), H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  }
  EXPECT_EQ(File::open(path).read<std::int32_t>("/x"), (std::vector<std::int32_t>{1, 2, 3}));
}

}  // namespace ampcf::storage
