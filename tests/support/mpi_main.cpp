// The main of every test program: starts MPI, runs the tests on every rank, and fails when any rank failed. Only rank 0
// prints what passed; every rank prints its own failures.

#include "support/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mpi.h>

#include <cstdio>
#include <optional>

namespace ampcf::testing {

namespace {
std::optional<communication::Communicator> current;  // between MPI_Init and MPI_Finalize
}

const communication::Communicator& world() { return *current; }

}  // namespace ampcf::testing

namespace {

class FailuresOfThisRank : public ::testing::EmptyTestEventListener {
  void OnTestPartResult(const ::testing::TestPartResult& result) override {
    if (result.failed()) {
      std::fprintf(stderr, "[rank %d] %s:%d: %s\n", ampcf::testing::world().rank(), result.file_name(),
                   result.line_number(), result.message());
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  ::testing::InitGoogleMock(&argc, argv);
  MPI_Init(&argc, &argv);
  ampcf::testing::current = ampcf::communication::Communicator::world();
  auto& listeners = ::testing::UnitTest::GetInstance()->listeners();
  if (ampcf::testing::world().rank() != 0) {
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new FailuresOfThisRank);
  }
  const int failed = ampcf::testing::world().max<std::int32_t>(RUN_ALL_TESTS());
  ampcf::testing::current.reset();
  MPI_Finalize();
  return failed;
}
